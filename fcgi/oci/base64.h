/* base64 with padding (RFC 4648, 4), and base64url without (RFC 7515, appendix C). */
#ifndef OCI_BASE64_H
#define OCI_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"

char *base64_encode(struct arena *, const void *data, size_t length);
char *base64_url_encode(struct arena *, const void *data, size_t length);
/* Trailing '=' are ignored; false if the rest is malformed or empty. */
bool base64_url_decode(struct arena *, const char *text, size_t length, struct bytes *);

#endif
