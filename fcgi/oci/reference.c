#include "oci/reference.h"

#include <string.h>

#include "oci/name.h"

bool
reference_parse(struct reference *reference, const char *text, struct error *err)
{
	*reference = (struct reference){ 0 };
	if (strchr(text, ':') != NULL)
		return digest_parse(&reference->digest, text, err);
	reference->tag = text;
	return name_check_tag(text, err);
}
