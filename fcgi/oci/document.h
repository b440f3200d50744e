/* Untrusted JSON. */
#ifndef OCI_DOCUMENT_H
#define OCI_DOCUMENT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

/* Let Jansson give up (base/memory.h) if it finds no memory. Once, before it is used. */
void document_setup(void);
/* Parse a JSON object or array without duplicate keys (new reference). NULL if the bytes are not
 * such a document, or if it has too many values or nests too deep to be parsed cheaply. If memory
 * runs out: memory_give_up(); without an arena NULL is returned. */
json_t *document_load(struct arena *, struct bytes, json_error_t *fault);
/* The same for an object. A document may contain others, as strings, and each may cost as much as
 * document_load() allows: load them one after the other. */
json_t *document_load_object(struct arena *, struct bytes);

/* MANIFEST_INVALID if the document has this key in other letter case: some clients' parsers accept
 * "Layers" for "layers", and a document must mean the same to every client. */
bool document_check_key(json_t *document, const char *name, struct error *) MUST_CHECK;

#endif
