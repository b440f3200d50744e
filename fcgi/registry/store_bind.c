#include "registry/store_bind.h"

#include "store/identity.h"
#include "store/walk.h"

#define SAMPLE 100

/* Stop at the first file. */
static bool
found_file(void *context, const char *path, const struct digest *digest, int64_t file, int64_t size)
{
	bool *found = context;

	(void)path;
	(void)digest;
	(void)file;
	(void)size;
	*found = true;
	return false;
}

static bool
require_empty(const struct store_binding *binding, struct store *store, struct error *err)
{
	bool found = false;

	if (!store_walk(store, found_file, &found, err))
		return false;
	if (!found)
		return true;
	error_set(err, ERROR_CONFLICT,
	    "store.path: must be an empty directory, since the database has no blobs (else see stowagectl store adopt)");
	return error_cause(err, "%s", binding->path);
}

static bool
look_for_sample(
    struct db *db, struct store_binding *binding, struct store *store, struct error *err)
{
	struct file_row *rows;

	if (!db_blob_sample(db, SAMPLE, &rows, &binding->sampled, err))
		return false;
	for (size_t i = 0; i < binding->sampled; i++)
		if (store_blob_size(store, &rows[i].digest, rows[i].file) != rows[i].size)
			binding->missing++;
	return true;
}

/* Does the directory hold the blobs that the database names? */
static bool
require_fit(struct db *db, struct store_binding *binding, struct store *store, struct error *err)
{
	if (!store_look(store, err) || !look_for_sample(db, binding, store, err))
		return false;
	if (binding->adopt || (binding->sampled > 0 && binding->missing == 0))
		return true;
	if (binding->sampled == 0)
		return require_empty(binding, store, err);
	error_set(err, ERROR_CONFLICT,
	    "the directory of store.path lacks blobs of this database: mount the blob store, or see stowagectl store adopt");
	return error_cause(err, "%s: %zu of %zu sampled blobs are missing or have another size",
	    binding->path, binding->missing, binding->sampled);
}

static bool
refuse_second(const struct store_binding *binding, struct error *err)
{
	error_set(err, ERROR_CONFLICT,
	    "the directory of store.path is not this database's blob store: mount it, or see stowagectl store adopt");
	return error_cause(err, "%s has no " STORE_IDENTITY_FILE, binding->path);
}

bool
registry_store_bind(struct db *db, struct store_binding *binding, struct error *err)
{
	struct installation installation;
	char there[UUID_TEXT_SIZE];
	struct store *store;
	bool ok;

	if (!db_installation_find(db, &installation, err) ||
	    !store_identity_read(binding->path, there, err))
		return false;
	if (there[0] == '\0') {
		if (installation.store_bound && !binding->adopt)
			return refuse_second(binding, err);
		store = store_open(binding->path, NULL);
		ok = require_fit(db, binding, store, err);
		store_close(store);
		if (!ok)
			return false;
		binding->bound = STORE_BOUND_NOW;
	}
	/* An identity that is already written is not written again; a different one is refused. */
	return store_identity_write(binding->path, installation.identity, err) &&
	       db_store_bind(db, binding->actor, err);
}

struct store *
registry_store_open(struct db_pool *pool, const char *path, struct error *err)
{
	struct db db = { .pool = pool, .arena = arena_new() };
	struct error ignored = { 0 };
	struct installation installation;
	struct store *store = NULL;

	if (db_installation_find(&db, &installation, err)) {
		store = store_open(path, installation.identity);
		(void)!store_look(store, &ignored);
	}
	arena_free(db.arena);
	return store;
}
