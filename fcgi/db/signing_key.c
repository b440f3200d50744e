#include "db/signing_key.h"

#include <string.h>

#include "db/sql.h"

bool
db_signing_key(struct db *db, const unsigned char fresh[SIGNER_SECRET_BYTES],
    unsigned char secret[SIGNER_SECRET_BYTES], struct error *err)
{
	PGresult *res = signing_key_query(
	    db, (struct signing_key_args){ .fresh = { fresh, SIGNER_SECRET_BYTES } }, err);

	if (res != NULL)
		memcpy(secret, signing_key_row(res, 0).secret.data, SIGNER_SECRET_BYTES);
	return res != NULL;
}
