/* What --check finds out beyond a successful start. */
#ifndef RESPONDER_CHECK_H
#define RESPONDER_CHECK_H

#include "responder/service.h"

/* Is the store there, and can the web server read it? Problems are logged; those that would fail
 * /readyz, as warnings. group: of the web server; NULL: that of the store's root. */
bool check_service(const struct service *, const char *group) MUST_CHECK;

#endif
