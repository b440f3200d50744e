/* JSON from strangers. */
#ifndef OCI_DOCUMENT_H
#define OCI_DOCUMENT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

/* Any JSON object or array (new reference) without duplicate keys; NULL if it is none, or holds so
 * many values, or nests so deep, that reading it would cost too much. */
json_t *document_load(struct bytes, json_error_t *fault);

/* Some clients' parsers take "Layers" for "layers": a document must not say two things to two
 * readers. MANIFEST_INVALID if it has this key in another spelling. */
bool document_check_key(json_t *document, const char *name, struct error *) MUST_CHECK;

#endif
