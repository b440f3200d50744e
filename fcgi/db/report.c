#include "db/report.h"

#include "db/parts.h"
#include "db/sql.h"

bool
db_storage_report(struct db *db, struct storage_report *report, struct error *err)
{
	PGresult *res = storage_report_query(db, err);
	struct storage_report_row row;

	if (res == NULL)
		return false;
	row = storage_report_row(res, 0);
	*report = (struct storage_report){
		.blobs = row.blobs,
		.blob_bytes = row.blob_bytes,
		.count = row.key == NULL ? 0 : (size_t)PQntuples(res),
	};
	report->repositories = arena_array(db->arena, report->count, sizeof(*report->repositories));
	for (size_t i = 0; i < report->count; i++) {
		row = storage_report_row(res, (int)i);
		report->repositories[i] = (struct repository_report){
			.key = row.key,
			.rclass = row.class,
			.images = row.images,
			.manifests = row.manifests,
			.bytes = row.bytes,
		};
		report->images += row.images;
		report->manifests += row.manifests;
		report->shown_bytes += row.bytes;
	}
	return true;
}

bool
db_space_report(struct db *db, struct space_report *report, struct error *err)
{
	PGresult *res = space_report_query(db, err);

	*report = (struct space_report){ .known = res != NULL && PQntuples(res) == 1 };
	if (report->known) {
		struct space_report_row row = space_report_row(res, 0);

		report->total = row.total;
		report->available = row.available;
		report->at = row.at;
	}
	return res != NULL;
}

bool
db_store_report(struct db *db, struct store_report **rows, size_t *count, struct error *err)
{
	PGresult *res = store_report_query(db, err);

	if (res == NULL)
		return false;
	*count = (size_t)PQntuples(res);
	*rows = arena_array(db->arena, *count, sizeof(**rows));
	for (size_t i = 0; i < *count; i++) {
		struct store_report_row row = store_report_row(res, (int)i);

		(*rows)[i] = (struct store_report){ .node = row.node,
			.program = row.program,
			.trouble = row.trouble,
			.at = row.at };
	}
	return true;
}

bool
db_files_page(struct db *db, const char *key, const char *directory, const char *after_path,
    const char *after_tag, int limit, bool *known, struct file_report **files, size_t *count,
    struct error *err)
{
	PGresult *res = files_page_query(db,
	    (struct files_page_args){ .key = key,
		.after_path = after_path,
		.after_tag = after_tag,
		.limit = limit,
		.directory = directory },
	    err);

	if (res == NULL)
		return false;
	*known = PQntuples(res) > 0;
	*count = !*known || files_page_row(res, 0).path == NULL ? 0 : (size_t)PQntuples(res);
	*files = arena_array(db->arena, *count, sizeof(**files));
	for (size_t i = 0; i < *count; i++) {
		struct files_page_row row = files_page_row(res, (int)i);

		(*files)[i] = (struct file_report){
			.path = row.path, .tag = row.tag, .json = row.json
		};
	}
	return true;
}

bool
db_storage_item(struct db *db, const char *key, const char *path, const struct principal *principal,
    struct storage_item **out, struct error *err)
{
	PGresult *res = storage_item_query(db,
	    (struct storage_item_args){ .key = key, PRINCIPAL_ARGS(principal), .path = path }, err);
	struct storage_item_row row;

	*out = NULL;
	if (res == NULL || PQntuples(res) == 0)
		return res != NULL;
	row = storage_item_row(res, 0);
	*out = arena_alloc(db->arena, sizeof(**out));
	**out = (struct storage_item){ .json = row.json,
		.sha256 = row.sha256,
		.download = row.download,
		.payload = row.payload };
	return true;
}

bool
db_who_answers(struct db *db, const char *key, const char *name, const struct reference *reference,
    const char *user, const char **json, struct error *err)
{
	const struct digest *digest = reference->tag == NULL ? &reference->digest : NULL;
	PGresult *res = who_answers_query(db,
	    (struct who_answers_args){ .key = key,
		.name = name,
		.tag = reference->tag,
		.alg = parts_digest_number(digest),
		.digest = parts_digest_bytes(digest),
		.user = user },
	    err);

	if (res == NULL)
		return false;
	*json = who_answers_row(res, 0).json;
	return true;
}
