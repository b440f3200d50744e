/* JSON from strangers. */
#ifndef OCI_DOCUMENT_H
#define OCI_DOCUMENT_H

#include <jansson.h>

#include "base/bytes.h"

/* Any JSON object or array (new reference) without duplicate keys; NULL if it is none, or holds so
 * many values, or nests so deep, that reading it would cost too much. */
json_t *document_load(struct bytes, json_error_t *fault);

#endif
