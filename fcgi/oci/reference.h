/* The <reference> of a manifest URL: a tag or a digest. */
#ifndef OCI_REFERENCE_H
#define OCI_REFERENCE_H

#include "base/error.h"
#include "oci/digest.h"

struct reference {
	const char *tag;      /* borrowed from the parsed text; NULL: digest is set */
	struct digest digest; /* set if tag is NULL */
};

/* Text with ':' is a digest (DIGEST_INVALID if malformed), else a tag (TAG_INVALID). */
bool reference_parse(struct reference *, const char *text, struct error *) MUST_CHECK;

#endif
