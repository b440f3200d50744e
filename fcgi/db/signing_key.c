#include "db/signing_key.h"

#include <string.h>

#include "db/parts.h"

static const struct statement signing_key = {
	.name = "signing_key",
	.nparams = 1,
	.sql = "SELECT signing_key_get($1)",
	.idempotent = true,
};

const struct statement *const signing_key_statements[] = { &signing_key, NULL };

bool
db_signing_key(struct db *db, const unsigned char fresh[SIGNER_SECRET_BYTES],
    unsigned char secret[SIGNER_SECRET_BYTES], struct error *err)
{
	const struct param params[] = { param_bytes((struct bytes){ fresh, SIGNER_SECRET_BYTES }) };
	PGresult *res = db_query(db, &signing_key, params, err);

	if (res != NULL)
		memcpy(secret, row_bytes(res, 0, 0).data, SIGNER_SECRET_BYTES);
	return res != NULL;
}
