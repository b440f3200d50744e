/* The key that signs schema 1 manifests: one per installation. */
#ifndef DB_SIGNING_KEY_H
#define DB_SIGNING_KEY_H

#include "db/query.h"
#include "oci/signature.h"

/* Get the key; the first call, on any node, creates it from `fresh`. */
bool db_signing_key(struct db *, const unsigned char fresh[SIGNER_SECRET_BYTES],
    unsigned char secret[SIGNER_SECRET_BYTES], struct error *) MUST_CHECK;

#endif
