/* Content of repositories as files and folders, as Artifactory's clients expect it. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "oci/digest.h"
#include "registry/administrator.h"
#include "registry/folders.h"
#include "rest/call.h"
#include "rest/handlers.h"

/* --- The file list --- */

/* Text that is written in pieces. */
struct stream {
	FILE *out;
	char *text; /* valid after fflush(out) */
	size_t length;
	const char *separator; /* before the next file */
};

static void
stream_close(void *held)
{
	struct stream *stream = held;

	if (stream->out != NULL)
		fclose(stream->out);
	free(stream->text);
}

static struct stream *
stream_open(struct arena *arena)
{
	struct stream *stream = arena_alloc(arena, sizeof(*stream));

	stream->separator = "";
	arena_defer(arena, stream_close, stream);
	if ((stream->out = open_memstream(&stream->text, &stream->length)) == NULL)
		memory_give_up(BUFSIZ);
	return stream;
}

static void
write_file(void *context, const struct file_report *file)
{
	struct stream *stream = context;

	fprintf(stream->out, "%s%s", stream->separator, file->json);
	stream->separator = ",";
}

static void
list_begin(struct request *req, const char *key, const char *directory, FILE *out)
{
	char created[CLOCK_TEXT_SIZE];
	json_t *uri = json_string(arena_printf(
	    req->arena, "%s/artifactory/api/storage/%s%s", request_base_url(req), key, directory));

	clock_rfc3339(created, clock_wall_seconds());
	fputs("{\"uri\":", out);
	json_dumpf(uri, out, JSON_ENCODE_ANY);
	json_decref(uri);
	fprintf(out, ",\"created\":\"%s\",\"files\":[", created);
}

/* List the content of tags as files of the repository, or of a directory in it, "/PATH". */
static bool
list(struct request *req, const char *directory, struct error *err)
{
	const struct request_scope *scope = request_scope(req);
	const char *key;
	struct stream *stream;
	bool ok;

	if (!registry_admit_administrator(scope, err) || !rest_key(req, &key, err))
		return false;
	stream = stream_open(req->arena);
	list_begin(req, key, directory, stream->out);
	ok = registry_folder_walk(scope, key, directory, write_file, stream, err);
	fputs("]}", stream->out);
	if (fflush(stream->out) != 0)
		memory_give_up(stream->length);
	if (ok)
		reply_bytes(req, 200, "application/json", stream->text, stream->length);
	return ok;
}

/* --- One file or folder --- */

/* Only for content in the database; those of blobs are left empty, since the files would have to be
 * read. */
static json_t *
checksums(const struct storage_item *item)
{
	char md5[CHECKSUM_TEXT_SIZE] = "", sha1[CHECKSUM_TEXT_SIZE] = "";

	if (item->payload.data != NULL) {
		checksum_of(md5, CHECKSUM_MD5, item->payload.data, item->payload.length);
		checksum_of(sha1, CHECKSUM_SHA1, item->payload.data, item->payload.length);
	}
	return json_pack("{s:s, s:s, s:s}", "sha1", sha1, "md5", md5, "sha256", item->sha256);
}

static void
describe_file(struct request *req, const char *key, const struct storage_item *item, json_t *json)
{
	json_object_set_new(json, "checksums", checksums(item));
	json_object_set(json, "originalChecksums", json_object_get(json, "checksums"));
	if (item->download != NULL)
		json_object_set_new(json, "downloadUri",
		    json_string(arena_printf(req->arena, "%s/artifactory/api/docker/%s/v2/%s",
			request_base_url(req), key, item->download)));
}

/* path: "" for the repository itself. */
static bool
show(struct request *req, const char *path, struct error *err)
{
	const char *key;
	struct storage_item *item;
	json_t *json;

	if (!rest_key(req, &key, err) ||
	    !registry_folder_item(request_scope(req), key, path, &item, err))
		return false;
	if (item == NULL || request_query(req, "properties") != NULL)
		return error_set(err, ERROR_NOT_FOUND, "%s",
		    item == NULL ? "no such item" : "no properties: items have none");
	if ((json = json_loads(item->json, 0, NULL)) == NULL)
		return error_set(
		    err, ERROR_INTERNAL, "the database returned an item that is not JSON");
	json_object_set_new(json, "repo", json_string(key));
	json_object_set_new(json, "path", json_string(arena_printf(req->arena, "/%s", path)));
	json_object_set_new(json, "uri",
	    json_string(arena_printf(req->arena, "%s/artifactory/api/storage/%s%s%s",
		request_base_url(req), key, *path == '\0' ? "" : "/", path)));
	if (item->sha256 != NULL)
		describe_file(req, key, item, json);
	return reply_json(req, 200, json);
}

bool
rest_storage_repository(struct request *req, struct error *err)
{
	return request_query(req, "list") != NULL ? list(req, "", err) : show(req, "", err);
}

bool
rest_storage_path(struct request *req, struct error *err)
{
	const char *path = request_param(req, "name");

	if (request_query(req, "list") == NULL)
		return show(req, path, err);
	return list(req, arena_printf(req->arena, "/%s", path), err);
}
