#include "auth/identity.h"

#include "auth/attempt.h"
#include "auth/basic.h"
#include "auth/bearer.h"
#include "http/authorization.h"

bool
identity_find(struct authenticator *authenticator, struct db *db, const struct credentials *given,
    struct identity **out, struct error *err)
{
	struct attempt attempt = {
		.authenticator = authenticator,
		.db = db,
		.given = given,
		.address = given->address == NULL ? "" : given->address,
		.actor = { .name = "", .request = given->request_id, .address = given->address },
	};
	struct authorization authorization;
	struct identity *identity = arena_alloc(db->arena, sizeof(*identity));
	bool known;

	*identity = (struct identity){ .name = "" };
	*out = identity;
	authorization_parse(db->arena, given->authorization, &authorization);
	if (!bearer_identify_by_statement(&attempt, authorization.kind, identity, &known, err))
		return false;
	if (known)
		return true;
	switch (authorization.kind) {
	case AUTHORIZATION_NONE:
		return true;
	case AUTHORIZATION_BASIC:
		return basic_identify(&attempt, &authorization, identity, err);
	case AUTHORIZATION_BEARER:
		return bearer_identify(&attempt, authorization.token, identity, err);
	case AUTHORIZATION_BAD:
		break;
	}
	return attempt_refuse(&attempt, 0, "", "malformed Authorization header", err);
}

void
identity_forget(struct authenticator *authenticator, const char *header, const char *address,
    struct arena *arena)
{
	struct authorization authorization;

	authorization_parse(arena, header, &authorization);
	if (authorization.kind == AUTHORIZATION_BASIC)
		basic_forget(authenticator, &authorization, address);
}

const char *
identity_token(struct authenticator *authenticator, struct db *db, struct token *token,
    int64_t seconds, struct error *err)
{
	return key_ring_sign(authenticator->keys, db, token,
	    seconds > 0 ? seconds : authenticator->config->auth_token_seconds, err);
}
