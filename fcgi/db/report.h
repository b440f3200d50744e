/* Reports for administrators: what is stored, and who answers. Never on the serving path. */
#ifndef DB_REPORT_H
#define DB_REPORT_H

#include "db/access_decision.h"
#include "db/query.h"
#include "oci/reference.h"

struct repository_report {
	const char *key, *rclass;
	int64_t images, manifests; /* v1 images are counted among the manifests */
	int64_t bytes;             /* of the blobs its images may serve, each once */
};

struct storage_report {
	int64_t blobs, blob_bytes; /* stored */
	int64_t images, manifests; /* shown in repositories */
	int64_t shown_bytes;       /* sum over the repositories */
	struct repository_report *repositories;
	size_t count;
};

bool db_storage_report(struct db *, struct storage_report *, struct error *) MUST_CHECK;

/* The file system that holds the store, as stowage-keep saw it last. */
struct space_report {
	bool known; /* false: it has not looked yet */
	int64_t total, available;
	const char *at; /* "2026-11-27T02:51:11.000Z" */
};

bool db_space_report(struct db *, struct space_report *, struct error *) MUST_CHECK;

/* How a program that uses the store found it last. */
struct store_report {
	const char *node, *program;
	const char *trouble; /* NULL: it is there */
	const char *at;
};

bool db_store_report(struct db *, struct store_report **, size_t *count, struct error *) MUST_CHECK;

struct file_report {
	const char *path, *tag;
	const char *json; /* of NAME/TAG/manifest.json; of a v1 image NAME/TAG/tag.json, which has
			     no digest: what it is made of is not one file */
};

/* A page of the tags of a local or remote repository, in order, after this one ("", "" at first).
 * folder: "/PATH" of the only folder that is listed, to which URIs are relative, or "". *known
 * false: there is no repository of that key. */
bool db_files_page(struct db *, const char *key, const char *directory, const char *after_path,
    const char *after_tag, int limit, bool *known, struct file_report **, size_t *count,
    struct error *) MUST_CHECK;

struct storage_item {
	const char *json;     /* what Artifactory says of it, less URLs and older checksums */
	const char *sha256;   /* of a file; "": another algorithm; NULL: a folder */
	const char *download; /* below .../v2/; NULL: nowhere */
	struct bytes payload; /* of a file whose bytes the database holds; data NULL: another */
};

/* A file or a folder of a repository, as far as the principal may read it; NULL: nothing. */
bool db_storage_item(struct db *, const char *key, const char *path, const struct principal *,
    struct storage_item **, struct error *) MUST_CHECK;

/* As JSON text (sql/functions/report.sql); NULL: no such key or user. */
bool db_who_answers(struct db *, const char *key, const char *name, const struct reference *,
    const char *user, const char **json, struct error *) MUST_CHECK;

#endif
