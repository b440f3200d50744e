/* Failures as v1 clients expect them: {"error": "message"}. */
#ifndef V1_ERRORS_H
#define V1_ERRORS_H

#include "http/request.h"

/* Fill the reply from the error. 401 carries a challenge. */
void v1_error(struct request *, struct error *);

#endif
