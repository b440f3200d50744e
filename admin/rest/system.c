/* What the service is, and what it stores. */
#include <config.h>

#include <inttypes.h>
#include <jansson.h>

#include "db/report.h"
#include "rest/call.h"
#include "rest/routes.h"

/* Clients choose the calls they make by this number: the newest whose calls are all served. */
#define COMPATIBLE_VERSION "7.55.0"

/* Anybody may ask, but a password that is given is looked at: so clients try theirs. It takes the
 * database as well. */
bool
system_ping(struct request *req, struct error *err)
{
	if (!call_authenticate(req, request_call(req), err))
		return false;
	reply_text(req, 200, "OK");
	return true;
}

bool
system_version(struct request *req, struct error *err)
{
	(void)err;
	return reply_json(req, 200,
	    json_pack("{s:s, s:s, s:[s], s:s, s:s}", "version", COMPATIBLE_VERSION, "revision", "0",
		"addons", "docker", "license", "Apache-2.0", "product",
		"stowage " PACKAGE_VERSION));
}

/* "12.34 GB" */
static const char *
size_text(struct arena *arena, int64_t bytes)
{
	static const char *const units[] = { "bytes", "KB", "MB", "GB", "TB", "PB" };
	double size = (double)bytes;
	size_t unit = 0;

	while (size >= 1024 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		size /= 1024;
		unit++;
	}
	return unit == 0 ? arena_printf(arena, "%" PRId64 " bytes", bytes)
			 : arena_printf(arena, "%.2f %s", size, units[unit]);
}

static json_t *
repository_summary(struct arena *arena, const struct repository_report *row, int64_t all)
{
	return json_pack("{s:s, s:s, s:i, s:I, s:s, s:I, s:s, s:s}", "repoKey", row->key,
	    "repoType", call_class(row->rclass), "foldersCount", (int)row->images, "filesCount",
	    (json_int_t)row->manifests, "usedSpace", size_text(arena, row->bytes), "itemsCount",
	    (json_int_t)(row->images + row->manifests), "packageType", "Docker", "percentage",
	    arena_printf(arena, "%.2f%%", all > 0 ? 100.0 * (double)row->bytes / (double)all : 0));
}

bool
storage_info(struct request *req, struct error *err)
{
	struct arena *arena = req->arena;
	struct storage_report report;
	int64_t total, available;
	json_t *repositories;

	if (!db_storage_report(request_call(req)->db, &report, err) ||
	    !store_space(request_service(req)->store, &total, &available, err))
		return false;
	repositories = json_array();
	for (size_t i = 0; i < report.count; i++)
		json_array_append_new(repositories,
		    repository_summary(arena, &report.repositories[i], report.blob_bytes));
	return reply_json(req, 200,
	    json_pack("{s:{s:s, s:s, s:s, s:s, s:s, s:s}, s:{s:s, s:s, s:s, s:s, s:s}, s:o}",
		"binariesSummary", "binariesCount", arena_printf(arena, "%" PRId64, report.blobs),
		"binariesSize", size_text(arena, report.blob_bytes), "artifactsSize",
		size_text(arena, report.shown_bytes), "optimization",
		arena_printf(arena, "%.2f%%",
		    report.shown_bytes > 0
			? 100.0 * (double)report.blob_bytes / (double)report.shown_bytes
			: 100.0),
		"itemsCount", arena_printf(arena, "%" PRId64, report.images + report.manifests),
		"artifactsCount", arena_printf(arena, "%" PRId64, report.manifests),
		"fileStoreSummary", "storageType", "file-system", "storageDirectory",
		request_service(req)->config->store_path, "totalSpace", size_text(arena, total),
		"usedSpace", size_text(arena, total - available), "freeSpace",
		size_text(arena, available), "repositoriesSummaryList", repositories));
}

/* What tags show, as files of the repository. */
bool
storage_list(struct request *req, struct error *err)
{
	struct file_report *files;
	const char *key;
	size_t count;
	bool known;
	json_t *list;

	if (!call_key(req, &key, err))
		return false;
	if (request_query(req, "list") == NULL)
		return error_set(err, ERROR_BAD_REQUEST, "only ?list is served here");
	if (!db_files_report(request_call(req)->db, key, &known, &files, &count, err))
		return false;
	if (!known)
		return error_set(err, ERROR_NOT_FOUND, "there is no repository %s", key);
	list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(
		    list, json_pack("{s:s, s:I, s:s, s:b, s:s*}", "uri",
			      arena_printf(req->arena, "/%s", files[i].path), "size",
			      (json_int_t)files[i].size, "lastModified", files[i].updated_at,
			      "folder", 0, "digest", files[i].digest));
	return reply_json(req, 200,
	    json_pack("{s:s, s:o}", "uri",
		arena_printf(
		    req->arena, "%s/artifactory/api/storage/%s", request_base_url(req), key),
		"files", list));
}
