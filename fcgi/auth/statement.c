#include "auth/statement.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include "base/log.h"
#include "oci/base64.h"

#define HASH_BYTES 32

const char *
statement_audience(struct arena *arena, const struct statement_subject *subject)
{
	const char *parts[] = { subject->method, subject->uri, subject->key,
		subject->authorization };
	unsigned char hash[HASH_BYTES];
	gnutls_hash_hd_t state;

	if (gnutls_hash_init(&state, GNUTLS_DIG_SHA256) != GNUTLS_E_SUCCESS)
		log_fatal("cannot hash a request");
	/* The NUL at the end of each part makes ("a", "bc") and ("ab", "c") differ. */
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (gnutls_hash(state, parts[i], strlen(parts[i]) + 1) != GNUTLS_E_SUCCESS)
			log_fatal("cannot hash a request");
	gnutls_hash_deinit(state, hash);
	return arena_printf(arena, "request:%s", base64_url_encode(arena, hash, sizeof(hash)));
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
