/* The key that signs schema 1 manifests: one for the installation. */
#ifndef DB_SIGNING_KEY_H
#define DB_SIGNING_KEY_H

#include "db/query.h"
#include "oci/signature.h"

/* Get it; the first one to ask, on any node, makes it of `fresh`. */
bool db_signing_key(struct db *, const unsigned char fresh[SIGNER_SECRET_BYTES],
    unsigned char secret[SIGNER_SECRET_BYTES], struct error *) MUST_CHECK;

#endif
