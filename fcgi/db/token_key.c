#include "db/token_key.h"

#include <string.h>

#include "db/parts.h"

static const struct statement token_keys = {
	.name = "token_keys",
	.nparams = 1,
	.sql = "SELECT kid, secret, retired_at IS NOT NULL FROM token_keys($1)",
	.idempotent = true,
};

static const struct statement token_key_rotate = {
	.name = "token_key_rotate",
	.nparams = 2 + ACTOR_PARAMS,
	.sql = "SELECT token_key_rotate($1, $2, $3, $4, $5, $6)",
};

const struct statement *const token_key_statements[] = { &token_keys, &token_key_rotate, NULL };

bool
db_token_keys(struct db *db, const unsigned char fresh[TOKEN_KEY_BYTES], struct token_key **out,
    size_t *count, struct error *err)
{
	const struct param params[] = { param_bytes((struct bytes){ fresh, TOKEN_KEY_BYTES }) };
	PGresult *res = db_query(db, &token_keys, params, err);

	if (res == NULL)
		return false;
	*count = (size_t)PQntuples(res);
	*out = arena_array(db->arena, *count, sizeof(**out));
	for (size_t i = 0; i < *count; i++) {
		(*out)[i].kid = row_text(res, (int)i, 0);
		memcpy((*out)[i].secret, row_bytes(res, (int)i, 1).data, sizeof((*out)[i].secret));
		(*out)[i].retired = row_bool(res, (int)i, 2);
	}
	return true;
}

bool
db_token_key_rotate(struct db *db, const unsigned char fresh[TOKEN_KEY_BYTES], bool revoke,
    const struct actor *actor, struct error *err)
{
	struct param params[2 + ACTOR_PARAMS] = {
		param_bytes((struct bytes){ fresh, TOKEN_KEY_BYTES }), param_bool(revoke)
	};

	actor_params(db, actor, params + 2);
	return db_query(db, &token_key_rotate, params, err) != NULL;
}
