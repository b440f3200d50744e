/* Pushing v1 images: JSON, layer, checksum, tag (v1_pull.h for ids and names). */
#ifndef DB_V1_PUSH_H
#define DB_V1_PUSH_H

#include "db/access_decision.h"
#include "db/query.h"
#include "db/repository.h"
#include "db/upload.h"
#include "db/words.h"

/* access_decision.allowed: target->actions contains all bits of `action`. */
bool db_v1_target_find(struct db *, const char *key, const char *name, const struct principal *,
    int action, struct access_decision *, struct target *, struct error *) MUST_CHECK;

/* parent NULL: a root image. limit: as for db_upload_start(). */
bool db_v1_json_put(struct db *, const struct target *, const char *name, int account,
    int64_t limit, const struct digest *id, const struct digest *parent, struct bytes json,
    enum v1_json_outcome *, struct error *) MUST_CHECK;

/* A JSON whose layer is missing yet, and the checksum of JSON and layer. */
struct v1_upload_row {
	int64_t id;
	struct bytes json;
	struct digest payload; /* set by the caller */
};
/* The latest `limit` JSONs of an id whose layer is missing yet; *exists: the image exists already.
 */
bool db_v1_uploads(struct db *, const struct target *, const char *name, int account,
    const struct digest *id, size_t limit, bool *exists, struct v1_upload_row **, size_t *count,
    struct error *) MUST_CHECK;
/* Like db_blob_publish(), adding the layer to each of these JSONs. */
bool db_v1_layer_put(struct db *, const struct upload_row *, const struct digest *, int64_t size,
    const struct v1_upload_row *, size_t count, int64_t *file, bool *won,
    struct error *) MUST_CHECK;

bool db_v1_checksum_put(struct db *, const struct target *, const char *name,
    const struct digest *id, const struct digest *payload, const char *tarsum, const struct actor *,
    enum v1_checksum_outcome *, struct error *) MUST_CHECK;

bool db_v1_tag_put(struct db *, const struct target *, const char *name, const char *tag,
    const struct digest *id, const char *agent, const struct actor *, enum v1_tag_outcome *,
    struct error *) MUST_CHECK;
/* tag NULL: all tags. *found false: not found. */
bool db_v1_tags_delete(struct db *, const struct target *, const char *name, const char *tag,
    const struct actor *, bool *found, struct error *) MUST_CHECK;

#endif
