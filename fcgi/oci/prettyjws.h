/* Signatures that a JSON document contains, as those of schema 1 manifests do (libtrust's JSON
 * signature; media type suffix +prettyjws). */
#ifndef OCI_PRETTYJWS_H
#define OCI_PRETTYJWS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

/* Verify all signatures of the list, which must agree on the payload: the signed bytes (arena),
 * that is, the document without its signatures. Else MANIFEST_UNVERIFIED. */
bool prettyjws_verify(struct arena *, const json_t *list, struct bytes document,
    struct bytes *payload, struct error *) MUST_CHECK;

#endif
