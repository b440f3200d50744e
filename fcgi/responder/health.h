/* The state of the service, as probes and --check report it. */
#ifndef RESPONDER_HEALTH_H
#define RESPONDER_HEALTH_H

#include "http/request.h"
#include "responder/service.h"

struct health {
	struct error err;   /* not ready */
	struct error full;  /* ready, but not for pushes; ERROR_NONE: for pushes too */
	char weakness[256]; /* how the database server could lose data, or "" */
};

/* Look at database, schema and store. false: health.err is set. */
bool health_look(const struct service *, struct db *, struct health *) MUST_CHECK;

/* Answer /livez (no access to anything) and /readyz (database, schema, and the store if the
 * responder has one; cached for 5 s). */
bool health_livez(struct request *, struct error *);
bool health_readyz(struct request *, struct error *);

#endif
