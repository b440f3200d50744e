/*
 * v1 images that were pushed over the v1 API, or are projected over the bridge, which shows clients
 * of a V1 repository the v2 repository that it names. Ids are stored as SHA-256 digests, no matter
 * how clients generated them. Names are canonical: "library/N" for names of one component.
 */
#ifndef DB_V1_H
#define DB_V1_H

#include "db/access_decision.h"
#include "db/blob.h"
#include "db/query.h"
#include "db/repository.h"

struct v1_image_row {
	struct bytes json;
	const char *ancestry;  /* JSON list of ids, its own first, the root last */
	bool layered;          /* false: the empty layer, whose bytes are not stored */
	bool zstd;             /* to be recompressed for v1 clients */
	struct blob_row layer; /* size -1: its bytes are not stored here */
};

/*
 * Find an image by its id. With a name: under that name, pushed or projected over the bridge. name
 * NULL: under any name that the principal may read, but only if all images with this id are equal.
 * NULL: not found; *uploading: it is being pushed under the name.
 */
bool db_v1_image_find(struct db *, const char *key, const char *name, const struct digest *id,
    const struct principal *, struct access_decision *, struct v1_image_row **, bool *uploading,
    struct error *) MUST_CHECK;

struct v1_tag_row {
	const char *name;
	struct digest id;
	bool seen;         /* false: it has no id, because v1 clients cannot use its manifest */
	int64_t pending;   /* manifest whose v1 projection is not computed yet; 0: none */
	int64_t updated;   /* microseconds since 1970 */
	const char *agent; /* User-Agent that set it; "" over the bridge */
};

/* Tags of a name, pushed ones before those over the bridge; tag NULL: all. *known: the name has v1
 * images, with or without tags. */
bool db_v1_tags(struct db *, const char *key, const char *name, const char *tag,
    const struct principal *, struct access_decision *, bool *known, struct v1_tag_row **,
    size_t *count, struct error *) MUST_CHECK;

/* Names that contain the text and have images that the principal may read, in the form that clients
 * use; *total over all pages. */
bool db_v1_search(struct db *, const char *key, const char *text, const struct principal *,
    int64_t limit, int64_t offset, struct access_decision *, const char ***names, size_t *count,
    int64_t *total, struct error *) MUST_CHECK;

/* *open: anonymous may read the name. */
bool db_v1_public(
    struct db *, const char *key, const char *name, bool *open, struct error *) MUST_CHECK;

/* --- Pushing --- */

/* access_decision.allowed: target->actions contains all bits of `wanted`. */
bool db_v1_target_find(struct db *, const char *key, const char *name, const struct principal *,
    int wanted, struct access_decision *, struct target *, struct error *) MUST_CHECK;

enum v1_json_outcome { V1_JSON_TAKEN, V1_JSON_EXISTS, V1_JSON_NO_PARENT, V1_JSON_FULL };
/* parent NULL: a root image. most: as for db_upload_start(). */
bool db_v1_json_put(struct db *, const struct target *, const char *name, int account, int64_t most,
    const struct digest *id, const struct digest *parent, struct bytes json, enum v1_json_outcome *,
    struct error *) MUST_CHECK;

/* A JSON whose layer is missing yet, and the checksum of JSON and layer. */
struct v1_upload_row {
	int64_t id;
	struct bytes json;
	struct digest payload; /* set by the caller */
};
/* The latest `most` JSONs of an id whose layer is missing yet; *exists: the image exists already.
 */
bool db_v1_uploads(struct db *, const struct target *, const char *name, int account,
    const struct digest *id, size_t most, bool *exists, struct v1_upload_row **, size_t *count,
    struct error *) MUST_CHECK;
/* Like db_blob_publish(), adding the layer to each of these JSONs. */
bool db_v1_layer_put(struct db *, const struct upload_row *, const struct digest *, int64_t size,
    const struct v1_upload_row *, size_t count, int64_t *file, bool *won,
    struct error *) MUST_CHECK;

enum v1_checksum_outcome {
	V1_CHECKSUM_DONE,
	V1_CHECKSUM_EXISTS,
	V1_CHECKSUM_UNKNOWN,
	V1_CHECKSUM_NO_LAYER,
	V1_CHECKSUM_MISMATCH,
	V1_CHECKSUM_NO_PARENT,
	V1_CHECKSUM_DEEP
};
bool db_v1_checksum_put(struct db *, const struct target *, const char *name,
    const struct digest *id, const struct digest *payload, const char *tarsum, const struct actor *,
    enum v1_checksum_outcome *, struct error *) MUST_CHECK;

enum v1_tag_outcome { V1_TAG_DONE, V1_TAG_UNKNOWN, V1_TAG_DENIED };
bool db_v1_tag_put(struct db *, const struct target *, const char *name, const char *tag,
    const struct digest *id, const char *agent, const struct actor *, enum v1_tag_outcome *,
    struct error *) MUST_CHECK;
/* tag NULL: all tags. *found false: not found. */
bool db_v1_tags_delete(struct db *, const struct target *, const char *name, const char *tag,
    const struct actor *, bool *found, struct error *) MUST_CHECK;

/* --- Into the bridged repository --- */

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

/* --- v1 projections of manifests --- */

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
 * manifest. */
bool db_v1_projection_put(struct db *, int64_t manifest, int64_t shown,
    const struct v1_projection_image *, size_t count, const char *reason,
    struct error *) MUST_CHECK;

#endif
