/* Ask upstreams for the tags of a name (remote.h). */
#ifndef REGISTRY_REMOTE_TAGS_H
#define REGISTRY_REMOTE_TAGS_H

#include "registry/remote.h"

/* Update the tag lists of a name. On a failure the known tags are kept, with a warning. */
bool remote_tags(struct request_scope *, const char *name, bool known, struct answer *,
    enum remote_end *, struct error *) MUST_CHECK;

#endif
