/*
 * v1 images, pushed over the v1 API or seen over the bridge: what the clients of a V1 repository
 * see of the v2 repository it names. Ids are kept as SHA-256 digests, whatever their clients made
 * them from; names are canonical, "library/N" for those of one part.
 */
#ifndef DB_V1_H
#define DB_V1_H

#include "db/access_decision.h"
#include "db/blob.h"
#include "db/query.h"
#include "db/repository.h"

struct v1_image_row {
	struct bytes json;
	const char *ancestry;  /* JSON: ids, itself first, root last */
	bool layered;          /* false: the empty layer, of which no bytes are kept */
	bool zstd;             /* to be packed anew for v1 clients */
	struct blob_row layer; /* its bytes; size -1: they are not here */
};

/*
 * An image by its id. With a name: under it, pushed or seen over the bridge. name NULL: under any
 * the principal may read, and only if all that go by this id are the same. NULL: there is none;
 * *uploading: but somebody is at pushing it under the name.
 */
bool db_v1_image_find(struct db *, const char *key, const char *name, const struct digest *id,
    const struct principal *, struct access_decision *, struct v1_image_row **, bool *uploading,
    struct error *) MUST_CHECK;

struct v1_tag_row {
	const char *name;
	struct digest id;
	bool seen;         /* false: it has no id, since v1 clients do not see its manifest */
	int64_t pending;   /* manifest that nobody has looked at so yet; 0: none */
	int64_t updated;   /* microseconds since 1970 */
	const char *agent; /* User-Agent of who set it; "" over the bridge */
};

/* Tags of a name, pushed ones before those over the bridge; tag NULL: all. *known: the name holds
 * v1 images, tagged or not. */
bool db_v1_tags(struct db *, const char *key, const char *name, const char *tag,
    const struct principal *, struct access_decision *, bool *known, struct v1_tag_row **,
    size_t *count, struct error *) MUST_CHECK;

/* Names that contain the text and hold images the principal may read, as clients write them; *total
 * of all pages. */
bool db_v1_search(struct db *, const char *key, const char *text, const struct principal *,
    int64_t limit, int64_t offset, struct access_decision *, const char ***names, size_t *count,
    int64_t *total, struct error *) MUST_CHECK;

/* May anonymous read the name? */
bool db_v1_public(
    struct db *, const char *key, const char *name, bool *open, struct error *) MUST_CHECK;

/* --- Pushing --- */

/* access decision.allowed: `wanted` bits are all in target->actions. */
bool db_v1_target_find(struct db *, const char *key, const char *name, const struct principal *,
    int wanted, struct access_decision *, struct target *, struct error *) MUST_CHECK;

enum v1_json_outcome { V1_JSON_TAKEN, V1_JSON_EXISTS, V1_JSON_NO_PARENT, V1_JSON_FULL };
/* parent NULL: it is a root. most: as for db_upload_start(). */
bool db_v1_json_put(struct db *, const struct target *, const char *name, int account, int64_t most,
    const struct digest *id, const struct digest *parent, struct bytes json, enum v1_json_outcome *,
    struct error *) MUST_CHECK;

/* A JSON under way, and the checksum that a layer makes with it. */
struct v1_upload_row {
	int64_t id;
	struct bytes json;
	struct digest payload; /* the caller's */
};
/* The JSONs under way of an id, the latest so many; *exists: it is an image already. */
bool db_v1_uploads(struct db *, const struct target *, const char *name, int account,
    const struct digest *id, size_t most, bool *exists, struct v1_upload_row **, size_t *count,
    struct error *) MUST_CHECK;
/* As db_blob_publish(): the layer for each of these JSONs. */
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
/* tag NULL: all of them. *found false: there was none. */
bool db_v1_tags_delete(struct db *, const struct target *, const char *name, const char *tag,
    const struct actor *, bool *found, struct error *) MUST_CHECK;

/* --- Into the bridged repository --- */

/* What a layer holds unpacked (diff_id of a config). */
struct v1_diff {
	bool known;
	bool possible; /* it can be unpacked at all */
	struct digest id;
};
struct v1_link {
	struct bytes json;
	bool layered, zstd;
	struct blob_row layer;
	struct v1_diff diff;
};
/* An image and all below it, root first, of a repository that hands its pushes on, and the key of
 * that it hands them to; none if it does not. */
bool db_v1_chain(struct db *, const struct target *, const char *name, const struct digest *id,
    const char **bridge, struct v1_link **, size_t *count, struct error *) MUST_CHECK;
/* As it is now, and keep it; it never changes. */
bool db_v1_diff_id(struct db *, int64_t blob, struct v1_diff *, struct error *) MUST_CHECK;
bool db_v1_diff_id_put(
    struct db *, int64_t blob, const struct v1_diff *, struct error *) MUST_CHECK;
/* Show blobs under a name of another repository. */
bool db_v1_layers_link(struct db *, const struct target *, const char *name, const int64_t *blobs,
    size_t count, struct error *) MUST_CHECK;

/* --- Manifests as v1 clients see them --- */

struct v1_source {
	int64_t manifest;
	const char *media_type;
	struct bytes payload;
	struct digest digest;
};
/* A manifest by its row (digest NULL), or by its digest; NULL: it is gone. */
bool db_v1_source(struct db *, int64_t manifest, const struct digest *, struct v1_source **,
    struct error *) MUST_CHECK;
/* Where a manifest's blob lies; NULL: its bytes are not here. */
bool db_v1_source_blob(
    struct db *, const struct digest *, struct blob_row **, struct error *) MUST_CHECK;

struct v1_projection_image {
	struct digest id;
	const char *json;
	struct digest layer;
	bool layered, zstd;
};
/* What was kept of a manifest, images root first; none if there is nothing to see. *known false:
 * nobody has worked it out yet. */
bool db_v1_projection_find(struct db *, int64_t manifest, bool *known,
    struct v1_projection_image **, size_t *count, struct error *) MUST_CHECK;
/* Keep what was worked out, images root first; or, with a reason, that there is nothing to see. */
bool db_v1_projection_put(struct db *, int64_t manifest, int64_t shown,
    const struct v1_projection_image *, size_t count, const char *reason,
    struct error *) MUST_CHECK;

#endif
