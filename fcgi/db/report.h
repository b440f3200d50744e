/* Reports for administrators: storage, and which member answers. Never on the serving path. */
#ifndef DB_REPORT_H
#define DB_REPORT_H

#include "db/access_decision.h"
#include "db/query.h"
#include "oci/reference.h"

struct repository_report {
	const char *key, *rclass;
	int64_t images, manifests; /* manifests include v1 images */
	int64_t bytes;             /* of the blobs that its images may serve, each counted once */
};

struct storage_report {
	int64_t blobs, blob_bytes; /* stored */
	int64_t images, manifests; /* linked in repositories */
	int64_t shown_bytes;       /* sum over the repositories */
	struct repository_report *repositories;
	size_t count;
};

bool db_storage_report(struct db *, struct storage_report *, struct error *) MUST_CHECK;

/* The file system of the store, as last recorded by stowage-keep. */
struct space_report {
	bool known; /* false: not recorded yet */
	int64_t total, available;
	const char *at; /* "2026-11-27T02:51:11.000Z" */
};

bool db_space_report(struct db *, struct space_report *, struct error *) MUST_CHECK;

/* The state of the store as last recorded by a program that uses it. */
struct store_report {
	const char *node, *program;
	const char *trouble; /* NULL: healthy */
	const char *at;
};

bool db_store_report(struct db *, struct store_report **, size_t *count, struct error *) MUST_CHECK;

struct file_report {
	const char *path, *tag;
	const char *json; /* of NAME/TAG/manifest.json; for a v1 image of NAME/TAG/tag.json, without
			     digest because it consists of several files */
};

/* A page of the tags of a local or remote repository, sorted, after after_path and after_tag ("",
 * "" for the first page). directory: "/PATH" to list only that directory, with URIs relative to it,
 * or "". *known false: no repository has that key. */
bool db_files_page(struct db *, const char *key, const char *directory, const char *after_path,
    const char *after_tag, int limit, bool *known, struct file_report **, size_t *count,
    struct error *) MUST_CHECK;

struct storage_item {
	const char *json;     /* as Artifactory describes it, without URLs and older checksums */
	const char *sha256;   /* of a file; "": another algorithm; NULL: a directory */
	const char *download; /* path below .../v2/; NULL: not downloadable */
	struct bytes payload; /* of a file whose bytes are in the database; else data NULL */
};

/* A file or a directory of a repository that the principal may read; NULL: not found. */
bool db_storage_item(struct db *, const char *key, const char *path, const struct principal *,
    struct storage_item **, struct error *) MUST_CHECK;

/* As JSON text (sql/functions/report.sql); NULL: the key or user does not exist. */
bool db_who_answers(struct db *, const char *key, const char *name, const struct reference *,
    const char *user, const char **json, struct error *) MUST_CHECK;

#endif
