/* The target of a push or a deletion: the repository behind the key where it takes effect. */
#ifndef REGISTRY_TARGET_H
#define REGISTRY_TARGET_H

#include "db/repository.h"
#include "registry/registry.h"

/*
 * Find the target of a push to this name, and require that the principal may do `action` there
 * (bits of enum action): DENIED if not; BLACKED_OUT if key or target is; UNSUPPORTED with a message
 * if this key does not accept pushes.
 */
bool registry_target_require(struct request_scope *, const char *name, int action, struct target *,
    struct error *) MUST_CHECK;

#endif
