/* Version and state of the service, and a summary of its content. */
#include <config.h>

#include <inttypes.h>
#include <jansson.h>

#include "registry/storage_report.h"
#include "rest/call.h"
#include "rest/handlers.h"

/* Clients select calls by this version: the newest whose calls are all served. */
#define COMPATIBLE_VERSION "7.55.0"

/* No authentication needed, but given credentials are checked: clients test theirs this way. It
 * also tests the database. */
bool
rest_system_ping(struct request *req, struct error *err)
{
	(void)err;
	reply_text(req, 200, "OK");
	return true;
}

bool
rest_system_version(struct request *req, struct error *err)
{
	(void)err;
	return reply_json(req, 200,
	    json_pack("{s:s, s:s, s:[s], s:s, s:s}", "version", COMPATIBLE_VERSION, "revision", "0",
		"addons", "docker", "license", "Apache-2.0", "product",
		"stowage " PACKAGE_VERSION));
}

/* Clients report their usage; it is ignored. */
bool
rest_system_usage(struct request *req, struct error *err)
{
	(void)err;
	return reply_empty(req, 200);
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
	    "repoType", rest_class(row->rclass), "foldersCount", (int)row->images, "filesCount",
	    (json_int_t)row->manifests, "usedSpace", size_text(arena, row->bytes), "itemsCount",
	    (json_int_t)(row->images + row->manifests), "packageType", "Docker", "percentage",
	    arena_printf(arena, "%.2f%%", all > 0 ? 100.0 * (double)row->bytes / (double)all : 0));
}

/* The state of the store as last seen by each program that uses it. */
static json_t *
store_states(const struct store_report *rows, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(
		    list, json_pack("{s:s, s:s, s:s, s:s}", "node", rows[i].node, "program",
			      rows[i].program, "state",
			      rows[i].trouble == NULL ? "available" : rows[i].trouble, "lastSeen",
			      rows[i].at));
	return list;
}

/* State of the file system, from rows that other programs write, with their times. */
static json_t *
file_store(struct request *req, const struct storage_summary *summary)
{
	const struct space_report *space = &summary->space;
	struct arena *arena = req->arena;
	json_t *json = json_pack("{s:s, s:s, s:o}", "storageType", "file-system",
	    "storageDirectory", request_service(req)->config->store_path, "programs",
	    store_states(summary->programs, summary->program_count));

	if (space->known)
		json_object_update_new(json,
		    json_pack("{s:s, s:s, s:s, s:s}", "totalSpace", size_text(arena, space->total),
			"usedSpace", size_text(arena, space->total - space->available), "freeSpace",
			size_text(arena, space->available), "lastSeen", space->at));
	return json;
}

bool
rest_storage_info(struct request *req, struct error *err)
{
	struct arena *arena = req->arena;
	struct storage_summary summary;
	const struct storage_report *content = &summary.content;
	json_t *repositories;

	if (!registry_storage_report(request_scope(req), &summary, err))
		return false;
	repositories = json_array();
	for (size_t i = 0; i < content->count; i++)
		json_array_append_new(repositories,
		    repository_summary(arena, &content->repositories[i], content->blob_bytes));
	return reply_json(req, 200,
	    json_pack("{s:{s:s, s:s, s:s, s:s, s:s, s:s}, s:o, s:o}", "binariesSummary",
		"binariesCount", arena_printf(arena, "%" PRId64, content->blobs), "binariesSize",
		size_text(arena, content->blob_bytes), "artifactsSize",
		size_text(arena, content->shown_bytes), "optimization",
		arena_printf(arena, "%.2f%%",
		    content->shown_bytes > 0
			? 100.0 * (double)content->blob_bytes / (double)content->shown_bytes
			: 100.0),
		"itemsCount", arena_printf(arena, "%" PRId64, content->images + content->manifests),
		"artifactsCount", arena_printf(arena, "%" PRId64, content->manifests),
		"fileStoreSummary", file_store(req, &summary), "repositoriesSummaryList",
		repositories));
}
