/* The REST interface: the calls of Artifactory's clients that concern Docker repositories. */
#ifndef REST_ROUTES_H
#define REST_ROUTES_H

#include "responder/api.h"

extern const struct api rest_api;

#endif
