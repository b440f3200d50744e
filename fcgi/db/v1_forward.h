/* v1 images that are forwarded as v2 images into the bridged repository. */
#ifndef DB_V1_FORWARD_H
#define DB_V1_FORWARD_H

#include "db/blob.h"
#include "db/query.h"
#include "db/repository.h"

/* The digest of a decompressed layer (diff_id of a config). */
struct v1_diff {
	bool known;
	bool possible; /* it can be decompressed */
	struct digest id;
};
struct v1_link {
	struct bytes json;
	bool layered, zstd;
	struct blob_row layer;
	struct v1_diff diff;
};
/* An image and its ancestors, root first, of a repository that forwards pushes, and the key that it
 * forwards them to; empty if it does not forward. */
bool db_v1_chain(struct db *, const struct target *, const char *name, const struct digest *id,
    const char **bridge, struct v1_link **, size_t *count, struct error *) MUST_CHECK;
/* Get the stored diff_id of a blob, and store it; it never changes. */
bool db_v1_diff_id(struct db *, int64_t blob, struct v1_diff *, struct error *) MUST_CHECK;
bool db_v1_diff_id_put(
    struct db *, int64_t blob, const struct v1_diff *, struct error *) MUST_CHECK;
/* Link blobs to a name of another repository. */
bool db_v1_layers_link(struct db *, const struct target *, const char *name, const int64_t *blobs,
    size_t count, struct error *) MUST_CHECK;

#endif
