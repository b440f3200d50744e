#include "db/remote.h"

#include <stdlib.h>
#include <string.h>

#include "db/parts.h"
#include "db/sql.h"

/* The key under which a miss is cached. The same digest may be requested as a manifest and as a
 * blob.
 */
static const char *
question_text(struct db *db, const struct remote_question *question)
{
	if (question->tag != NULL)
		return question->tag;
	if (question->digest == NULL)
		return "";
	return question->blob ? arena_printf(db->arena, "blobs/%s", question->digest->text)
			      : question->digest->text;
}

/* Split at blanks. */
static const char *const *
split(struct arena *arena, const char *text, size_t *count)
{
	char *copy = arena_strdup(arena, text), *rest = NULL;
	const char **parts = arena_array(arena, strlen(text) / 2 + 1, sizeof(*parts));

	*count = 0;
	for (char *part = strtok_r(copy, " ", &rest); part != NULL;
	     part = strtok_r(NULL, " ", &rest))
		parts[(*count)++] = part;
	return parts;
}

/* The members of struct remote for which both statements have columns, except realm_hosts. */
#define CONNECTION(row)                                                                     \
	.url = (row)->url, .token_authentication = (row)->token_authentication,             \
	.any_host_auth = (row)->any_host_auth, .private_networks = (row)->private_networks, \
	.timeout_ms = (row)->timeout_ms, .metadata_timeout_ms = (row)->metadata_timeout_ms, \
	.answer_ms = (row)->answer_ms,                                                      \
	.egress = {                                                                         \
		.proxy = (row)->proxy,                                                      \
		.certificate = (row)->client_certificate,                                   \
		.local_address = (row)->local_address,                                      \
		.query = (row)->query_params,                                               \
		.networks = (row)->networks,                                                \
	}

static void
remote_read(struct arena *arena, const struct remotes_find_row *row, struct remote *remote)
{
	*remote = (struct remote){
		.id = row->id,
		.key = row->key,
		.path = row->path,
		.priority = row->priority,
		.guarded = row->guarded,
		.may_fill = row->may_fill,
		.offline = row->offline,
		.in_negative_cache = row->in_negative_cache,
		.stated_size = row->stated_size,
		.source = row->source,
		.tags_fresh = row->tags_fresh,
		.backoff_seconds = row->backoff_seconds,
		.limited = row->limited,
		.suspect_ms = row->suspect_ms,
		.trouble = row->trouble,
		.reason = row->reason,
		CONNECTION(row),
		.username = row->username,
		.password = row->password,
		.fresh_seconds = row->fresh_seconds,
		.missing_seconds = row->missing_seconds,
		.assumed_offline_seconds = row->assumed_offline_seconds,
		.hard_fail = row->hard_fail,
		.store_locally = row->store_locally,
		.block_schema1 = row->block_schema1,
		.block_mismatching_types = row->block_mismatching_types,
		.mismatching_types = row->mismatching_types,
	};
	remote->realm_hosts = split(arena, row->realm_hosts, &remote->realm_host_count);
}

static struct egress
egress_copy(struct arena *arena, const struct egress *from)
{
	return (struct egress){
		.proxy = arena_strdup(arena, from->proxy),
		.certificate = arena_strdup(arena, from->certificate),
		.local_address = arena_strdup(arena, from->local_address),
		.query = arena_strdup(arena, from->query),
		.networks = arena_strdup(arena, from->networks),
	};
}

struct remote *
remote_copy(struct arena *arena, const struct remote *from)
{
	struct remote *remote = arena_alloc(arena, sizeof(*remote));
	const char **hosts = arena_array(arena, from->realm_host_count, sizeof(*hosts));

	*remote = *from;
	remote->key = arena_strdup(arena, from->key);
	remote->path = arena_strdup(arena, from->path);
	remote->url = arena_strdup(arena, from->url);
	remote->username = arena_strdup(arena, from->username);
	remote->password = arena_strdup(arena, from->password);
	for (size_t i = 0; i < from->realm_host_count; i++)
		hosts[i] = arena_strdup(arena, from->realm_hosts[i]);
	remote->realm_hosts = hosts;
	remote->egress = egress_copy(arena, &from->egress);
	remote->trouble = remote->reason = NULL;
	remote->mismatching_types = "";
	remote->source = NULL;
	return remote;
}

bool
db_remotes_find(struct db *db, const char *key, const char *name,
    const struct remote_question *question, const struct principal *principal,
    struct access_decision *decision, struct remote **remotes, size_t *count, struct error *err)
{
	PGresult *res = remotes_find_query(db,
	    (struct remotes_find_args){ .key = key,
		PRINCIPAL_ARGS(principal),
		.name = name,
		.reference = question_text(db, question),
		.tag = question->tag,
		.alg = parts_digest_number(question->digest),
		.digest = parts_digest_bytes(question->digest) },
	    err);
	struct remotes_find_row row;

	if (res == NULL)
		return false;
	row = remotes_find_row(res, 0);
	*decision = ACCESS_DECISION(row);
	*count = row.id == 0 ? 0 : (size_t)PQntuples(res);
	*remotes = arena_array(db->arena, *count, sizeof(**remotes));
	for (size_t i = 0; i < *count; i++) {
		row = remotes_find_row(res, (int)i);
		remote_read(db->arena, &row, &(*remotes)[i]);
	}
	return true;
}

/* URLs of the blobs that are stored elsewhere. */
static struct texts
blob_urls(struct arena *arena, const struct manifest *manifest)
{
	const char **urls = arena_array(arena, manifest->blob_count, sizeof(*urls));

	for (size_t i = 0; i < manifest->blob_count; i++)
		urls[i] = manifest->blobs[i].url == NULL ? "" : manifest->blobs[i].url;
	return (struct texts){ urls, manifest->blob_count };
}

static PGresult *
cache(struct db *db, const struct manifest_cache *order, struct error *err)
{
	struct manifest_references references = manifest_references(db->arena, order->manifest);

	return manifest_cache_query(db,
	    (struct manifest_cache_args){
		.remote = order->remote->id,
		.path = order->remote->path,
		.tag = order->tag,
		.fresh_seconds = order->remote->fresh_seconds,
		MANIFEST_ARGS(order, references),
		.blob_urls = blob_urls(db->arena, order->manifest),
		.account = order->actor->account,
		.actor_name = actor_name(order->actor),
		.request = actor_request(order->actor),
		.address = actor_address(order->actor),
	    },
	    err);
}

bool
db_manifest_cache(
    struct db *db, const struct manifest_cache *order, const char **warning, struct error *err)
{
	PGresult *res = cache(db, order, err);

	if (res == NULL)
		return false;
	*warning = manifest_cache_row(res, 0).warning;
	return true;
}

bool
db_remote_revalidated(
    struct db *db, const struct remote *remote, const char *tag, struct error *err)
{
	return remote_revalidated_query(db,
	    (struct remote_revalidated_args){ .remote = remote->id,
		.path = remote->path,
		.tag = tag,
		.fresh_seconds = remote->fresh_seconds },
	    err);
}

bool
db_negative_cache_put(struct db *db, const struct remote *remote,
    const struct remote_question *question, const char *reason, struct error *err)
{
	return negative_cache_put_query(db,
	    (struct negative_cache_put_args){ .remote = remote->id,
		.path = remote->path,
		.reference = question_text(db, question),
		.reason = reason,
		.seconds = remote->missing_seconds },
	    err);
}

bool
db_remote_tags_put(struct db *db, const struct remote *remote, const char *const *tags,
    size_t count, struct error *err)
{
	return remote_tags_put_query(db,
	    (struct remote_tags_put_args){ .remote = remote->id,
		.path = remote->path,
		.tags = { tags, count },
		.fresh_seconds = remote->fresh_seconds },
	    err);
}

bool
db_remote_suspected(
    struct db *db, int id, const struct remote_trouble *trouble, int seconds, struct error *err)
{
	return remote_suspected_query(db,
	    (struct remote_suspected_args){ .remote = id,
		.trouble = trouble->message,
		.reason = trouble->reason,
		.seconds = seconds },
	    err);
}

bool
db_remote_struck(struct db *db, int id, const char *path, bool *several, struct error *err)
{
	PGresult *res = remote_struck_query(
	    db, (struct remote_struck_args){ .remote = id, .path = path }, err);

	*several = res != NULL && remote_struck_row(res, 0).several;
	return res != NULL;
}

bool
db_remote_failed(struct db *db, int id, const struct remote_trouble *trouble, int64_t seconds,
    bool limited, bool *must_log, struct error *err)
{
	PGresult *res = remote_failed_query(db,
	    (struct remote_failed_args){ .remote = id,
		.trouble = trouble->message,
		.reason = trouble->reason,
		.seconds = (int)seconds,
		.limited = limited },
	    err);

	*must_log = res != NULL && remote_failed_row(res, 0).must_log;
	return res != NULL;
}

bool
db_remote_answered(struct db *db, int id, int limit, int remaining, int seconds, struct error *err)
{
	bool has_limit = limit >= 0;

	return remote_answered_query(db,
	    (struct remote_answered_args){ .remote = id,
		.limit = has_limit ? limit : -1,
		.remaining = has_limit && remaining >= 0 ? remaining : -1,
		.seconds = has_limit && seconds >= 0 ? seconds : -1 },
	    err);
}

bool
db_stale_served(struct db *db, int id, const char *path, const char *tag, const char *reason,
    const struct actor *actor, struct error *err)
{
	return stale_served_query(db,
	    (struct stale_served_args){
		.remote = id, .path = path, .tag = tag, .reason = reason, ACTOR_ARGS(actor) },
	    err);
}

bool
db_remotes_backing_off(struct db *db, struct remote **remotes, size_t *count, struct error *err)
{
	PGresult *res = remotes_backing_off_query(db, err);

	if (res == NULL)
		return false;
	*count = (size_t)PQntuples(res);
	*remotes = arena_array(db->arena, *count, sizeof(**remotes));
	for (size_t i = 0; i < *count; i++) {
		struct remotes_backing_off_row row = remotes_backing_off_row(res, (int)i);
		struct remote *remote = &(*remotes)[i];

		*remote = (struct remote){ .id = row.id,
			.key = row.key,
			CONNECTION(&row),
			.username = "",
			.password = "" };
		remote->realm_hosts = split(db->arena, row.realm_hosts, &remote->realm_host_count);
	}
	return true;
}
