#include "auth/authenticator.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

struct authenticator *
authenticator_open(struct db *db, const struct config *config, bool takes_tokens, struct error *err)
{
	struct authenticator *authenticator = calloc(1, sizeof(*authenticator));

	if (authenticator == NULL)
		log_fatal("out of memory");
	authenticator->good = memory_open();
	authenticator->wrong = memory_open();
	authenticator->keys = key_ring_open();
	authenticator->config = config;
	authenticator->takes_tokens = takes_tokens;
	if (takes_tokens && !key_ring_refresh(authenticator->keys, db, err)) {
		authenticator_close(authenticator);
		return NULL;
	}
	return authenticator;
}

void
authenticator_close(struct authenticator *authenticator)
{
	if (authenticator == NULL)
		return;
	key_ring_close(authenticator->keys);
	memory_close(authenticator->good);
	memory_close(authenticator->wrong);
	explicit_bzero(authenticator, sizeof(*authenticator));
	free(authenticator);
}
