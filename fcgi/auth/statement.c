#include "auth/statement.h"

#include <string.h>

#include "base/memory.h"
#include "oci/base64.h"
#include "oci/digest.h"

const char *
statement_audience(struct arena *arena, const struct statement_subject *subject)
{
	const char *parts[] = { subject->method, subject->uri, subject->key,
		subject->authorization };
	struct hasher *hasher = hasher_new(DIGEST_SHA256);
	struct digest digest;
	bool ok = hasher != NULL;

	/* The NUL at the end of each part makes ("a", "bc") and ("ab", "c") differ. */
	for (size_t i = 0; ok && i < sizeof(parts) / sizeof(parts[0]); i++)
		hasher_update(hasher, parts[i], strlen(parts[i]) + 1);
	ok = ok && hasher_digest(hasher, &digest);
	hasher_free(hasher);
	if (!ok)
		memory_give_up(sizeof(digest));
	return arena_printf(arena, "request:%s",
	    base64_url_encode(arena, digest.value, digest_length(DIGEST_SHA256)));
}

const char *
statement_sign(struct authenticator *authenticator, struct db *db,
    const struct statement_subject *subject, const struct identity *identity, struct error *err)
{
	struct token token = { 0 };

	if (identity->token != NULL)
		token = *identity->token;
	token.audience = statement_audience(db->arena, subject);
	token.subject = identity->name;
	token.account = identity->principal.account;
	token.epoch = identity->principal.epoch;
	return identity_token(authenticator, db, &token, 0, err);
}
