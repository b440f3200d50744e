#include "db/token_key.h"

#include <string.h>

#include "db/parts.h"
#include "db/sql.h"

bool
db_token_keys(struct db *db, const unsigned char fresh[TOKEN_KEY_BYTES], struct token_key **out,
    size_t *count, struct error *err)
{
	PGresult *res = token_keys_query(
	    db, (struct token_keys_args){ .fresh = { fresh, TOKEN_KEY_BYTES } }, err);

	if (res == NULL)
		return false;
	*count = (size_t)PQntuples(res);
	*out = arena_array(db->arena, *count, sizeof(**out));
	for (size_t i = 0; i < *count; i++) {
		struct token_keys_row row = token_keys_row(res, (int)i);

		(*out)[i].kid = row.kid;
		memcpy((*out)[i].secret, row.secret.data, sizeof((*out)[i].secret));
		(*out)[i].retired = row.retired;
	}
	return true;
}

bool
db_token_key_rotate(struct db *db, const unsigned char fresh[TOKEN_KEY_BYTES], bool revoke,
    const struct actor *actor, struct error *err)
{
	return token_key_rotate_query(db,
	    (struct token_key_rotate_args){
		.fresh = { fresh, TOKEN_KEY_BYTES }, .revoke = revoke, ACTOR_ARGS(actor) },
	    err);
}
