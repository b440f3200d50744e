/*
 * Finding v1 images: those that were pushed over the v1 API, and those that are projected over the
 * bridge, which shows clients of a V1 repository the v2 repository that it names. Ids are stored as
 * SHA-256 digests, no matter how clients generated them. Names are canonical: "library/N" for names
 * of one component.
 */
#ifndef DB_V1_PULL_H
#define DB_V1_PULL_H

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
	bool usable;       /* false: it has no id, because v1 clients cannot use its manifest */
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

#endif
