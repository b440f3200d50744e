/* v1 projections of manifests: the images that v1 clients get instead. */
#ifndef DB_V1_PROJECTION_H
#define DB_V1_PROJECTION_H

#include "db/blob.h"
#include "db/query.h"

struct v1_source {
	int64_t manifest;
	const char *media_type;
	struct bytes payload;
	struct digest digest;
};
/* A manifest by its row (digest NULL), or by its digest; NULL: it no longer exists. */
bool db_v1_source(struct db *, int64_t manifest, const struct digest *, struct v1_source **,
    struct error *) MUST_CHECK;
/* The blob of a manifest; NULL: its bytes are not stored here. */
bool db_v1_source_blob(
    struct db *, const struct digest *, struct blob_row **, struct error *) MUST_CHECK;

struct v1_projection_image {
	struct digest id;
	const char *json;
	struct digest layer;
	bool layered, zstd;
};
/* The stored v1 projection of a manifest, images root first; empty if v1 clients cannot use it.
 * *known false: not computed yet. */
bool db_v1_projection_find(struct db *, int64_t manifest, bool *known,
    struct v1_projection_image **, size_t *count, struct error *) MUST_CHECK;
/* Store a v1 projection, images root first; or, with a reason, that v1 clients cannot use the
 * manifest. projected: the manifest of the images, for an index that of the chosen image. */
bool db_v1_projection_put(struct db *, int64_t manifest, int64_t projected,
    const struct v1_projection_image *, size_t count, const char *reason,
    struct error *) MUST_CHECK;

#endif
