#include "db/parts.h"

#include <arpa/inet.h>

#include "base/uuid.h"

void
standing_read(const PGresult *res, struct standing *standing)
{
	*standing = (struct standing){
		.repository_known = row_bool(res, 0, 0),
		.blacked_out = row_bool(res, 0, 1),
		.viewer_valid = row_bool(res, 0, 2),
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

struct param
param_address(const char *address)
{
	return param_text(address != NULL && address_check(address) ? address : NULL);
}

void
actor_params(struct db *db, const struct actor *actor, struct param params[ACTOR_PARAMS])
{
	bool has_request = actor->request != NULL && uuid_check(actor->request);

	params[0] = param_int(db, actor->account);
	params[1] = param_text(actor->name == NULL ? "" : actor->name);
	params[2] = param_text(has_request ? actor->request : NULL);
	params[3] = param_address(actor->address);
}

void
descriptor_params(struct db *db, const struct descriptor *descriptors, size_t count,
    struct param *algorithms, struct param *digests, struct param *sizes, struct param *roles)
{
	struct digest *values = arena_array(db->arena, count, sizeof(*values));
	int64_t *numbers = arena_array(db->arena, count, sizeof(*numbers));

	for (size_t i = 0; i < count; i++) {
		values[i] = descriptors[i].digest;
		numbers[i] = values[i].algorithm;
	}
	*digests = param_digests(db, values, count);
	*algorithms = param_ints(db, numbers, count);
	for (size_t i = 0; i < count; i++)
		numbers[i] = descriptors[i].size;
	*sizes = param_ints(db, numbers, count);
	if (roles == NULL)
		return;
	for (size_t i = 0; i < count; i++)
		numbers[i] = descriptors[i].role;
	*roles = param_ints(db, numbers, count);
}

void
digest_params(
    struct db *db, const struct digest *digest, struct param *algorithm, struct param *value)
{
	*algorithm = digest == NULL ? param_text(NULL) : param_int(db, digest->algorithm);
	*value = param_digest(digest);
}
