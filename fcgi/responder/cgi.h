/* The one request of a plain CGI program. */
#ifndef RESPONDER_CGI_H
#define RESPONDER_CGI_H

#include "responder/responder.h"
#include "responder/service.h"

void cgi_serve(const struct responder *, struct service *);

#endif
