/*
 * Remote repositories in a pull: upstreams are asked for content that is missing or no longer
 * fresh, in search order (artifactory-api 10 and 11). Their answers are stored, and then found like
 * any other content.
 *
 * On a thread that must not block, the need to ask is ERROR_WOULD_BLOCK.
 */
#ifndef REGISTRY_REMOTE_H
#define REGISTRY_REMOTE_H

#include "db/remote.h"
#include "registry/answer.h"
#include "registry/registry.h"

/* The result of asking. */
enum remote_end {
	REMOTE_FOUND,  /* it is stored now: look it up again */
	REMOTE_NOTHING /* no remote has it */
};

#endif
