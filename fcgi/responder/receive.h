/* Request bodies on their way into the store. */
#ifndef RESPONDER_RECEIVE_H
#define RESPONDER_RECEIVE_H

#include "http/request.h"
#include "registry/push.h"

/* After request_admit_body(): the whole body into the session, in pieces, up to the limit of the
 * configuration. What came before a failure is counted in *written. */
bool receive_body(struct request *, struct session *, int64_t *written, struct error *) MUST_CHECK;

#endif
