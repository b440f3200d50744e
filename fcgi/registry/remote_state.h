/* A remote repository as the upstream layer takes it, and its failures as clients, the log and the
 * database get them. */
#ifndef REGISTRY_REMOTE_STATE_H
#define REGISTRY_REMOTE_STATE_H

#include "db/remote.h"
#include "upstream/client.h"

/* The settings of a remote as the upstream layer takes them; strings are borrowed from the
 * remote. */
struct upstream remote_upstream(const struct remote *);

/* The full error of a result other than DONE, ABSENT and STOPPED; its message is for the log.
 * Returns false. */
bool remote_error(
    const struct remote *, enum upstream_result, const struct upstream_reply *, struct error *);
/* The reason that clients get: unreachable, timed out, TLS, refused or rate limited. */
const char *remote_trouble_message(enum error_code) RETURNS_NONNULL;
/* Both; the strings are borrowed from the reply. */
struct remote_trouble remote_trouble_of(enum upstream_result, const struct upstream_reply *);

/* Back off: /v2/ has just shown that the upstream no longer serves us. */
void remote_back_off(
    struct db *, const struct remote *, enum upstream_result, const struct upstream_reply *);

#endif
