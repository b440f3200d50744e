/* Request bodies that are written into the store. */
#ifndef RESPONDER_RECEIVE_H
#define RESPONDER_RECEIVE_H

#include "http/request.h"
#include "registry/session.h"

/* Call after request_admit_body(). Write the whole body into the session, in pieces, up to the
 * limit of the configuration. *written counts the bytes, also those before a failure. */
bool receive_body(struct request *, struct session *, int64_t *written, struct error *) MUST_CHECK;

#endif
