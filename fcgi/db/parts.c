#include "db/parts.h"

#include <arpa/inet.h>

#include "base/uuid.h"

void
decision_read(const PGresult *res, struct access_decision *decision)
{
	*decision = (struct access_decision){
		.repository_known = row_bool(res, 0, 0),
		.blacked_out = row_bool(res, 0, 1),
		.principal_valid = row_bool(res, 0, 2),
		.allowed = row_bool(res, 0, 3),
	};
}

size_t
texts_read(struct db *db, const PGresult *res, int column, const char ***texts)
{
	size_t rows = (size_t)PQntuples(res);

	*texts = arena_array(db->arena, rows, sizeof(**texts));
	if (row_null(res, 0, column))
		return 0;
	for (size_t i = 0; i < rows; i++)
		(*texts)[i] = row_text(res, (int)i, column);
	return rows;
}

static bool
address_check(const char *text)
{
	unsigned char address[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1;
}

const char *
address_or_null(const char *address)
{
	return address != NULL && address_check(address) ? address : NULL;
}

const char *
actor_name(const struct actor *actor)
{
	return actor->name == NULL ? "" : actor->name;
}

const char *
actor_address(const struct actor *actor)
{
	return address_or_null(actor->address);
}

const char *
actor_request(const struct actor *actor)
{
	return actor->request != NULL && uuid_check(actor->request) ? actor->request : NULL;
}

void
actor_params(struct db *db, const struct actor *actor, struct param params[ACTOR_PARAMS])
{
	params[0] = param_int(db, actor->account);
	params[1] = param_text(actor_name(actor));
	params[2] = param_text(actor_request(actor));
	params[3] = param_text(actor_address(actor));
}

struct descriptor_arrays
descriptor_arrays(struct arena *arena, const struct descriptor *descriptors, size_t count)
{
	int64_t *algorithms = arena_array(arena, count, sizeof(*algorithms));
	int64_t *sizes = arena_array(arena, count, sizeof(*sizes));
	int64_t *roles = arena_array(arena, count, sizeof(*roles));
	struct digest *digests = arena_array(arena, count, sizeof(*digests));

	for (size_t i = 0; i < count; i++) {
		algorithms[i] = descriptors[i].digest.algorithm;
		sizes[i] = descriptors[i].size;
		roles[i] = descriptors[i].role;
		digests[i] = descriptors[i].digest;
	}
	return (struct descriptor_arrays){
		.algorithms = { algorithms, count },
		.sizes = { sizes, count },
		.roles = { roles, count },
		.digests = { digests, count },
	};
}

struct bytes
digest_bytes(const struct digest *digest)
{
	if (digest == NULL)
		return (struct bytes){ 0 };
	return (struct bytes){ digest->value, digest_length(digest->algorithm) };
}

bool
digest_read(struct digest *digest, int algorithm, struct bytes value)
{
	return digest_set(digest, (enum digest_algorithm)algorithm, value.data, value.length);
}

int
digest_number(const struct digest *digest)
{
	return digest == NULL ? 0 : (int)digest->algorithm;
}

void
digest_params(
    struct db *db, const struct digest *digest, struct param *algorithm, struct param *value)
{
	*algorithm = digest == NULL ? param_text(NULL) : param_int(db, digest->algorithm);
	*value = param_digest(digest);
}

bool
is_done(const char *reason, struct error *err)
{
	return reason == NULL || error_set(err, ERROR_NOT_FOUND, "%s", reason);
}
