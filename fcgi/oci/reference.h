/* The <reference> of a manifest URL: a tag or a digest. */
#ifndef OCI_REFERENCE_H
#define OCI_REFERENCE_H

#include "base/error.h"
#include "oci/digest.h"

struct reference {
	const char *tag;      /* borrowed from the parsed text; NULL: the digest */
	struct digest digest; /* when tag is NULL */
};

/* A text with ':' is a digest (DIGEST_INVALID if malformed), else a tag (TAG_INVALID:
 * MANIFEST_INVALID's kin). */
bool reference_parse(struct reference *, const char *text, struct error *) MUST_CHECK;

#endif
