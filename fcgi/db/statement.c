#include "db/statement.h"

#include <endian.h>
#include <string.h>

#include "base/bytes.h"
#include "oci/digest.h"

/* --- Values of a binary result --- */

static bool
query_row_null(const PGresult *res, int row, int column)
{
	return PQgetisnull(res, row, column) == 1;
}

static int64_t
query_row_int(const PGresult *res, int row, int column)
{
	const char *value = PQgetvalue(res, row, column);
	uint16_t two;
	uint32_t four;
	uint64_t eight;

	switch (PQgetlength(res, row, column)) {
	case sizeof(two):
		memcpy(&two, value, sizeof(two));
		return (int16_t)be16toh(two);
	case sizeof(four):
		memcpy(&four, value, sizeof(four));
		return (int32_t)be32toh(four);
	case sizeof(eight):
		memcpy(&eight, value, sizeof(eight));
		return (int64_t)be64toh(eight);
	}
	return 0; /* NULL */
}

static bool
query_row_bool(const PGresult *res, int row, int column)
{
	return PQgetlength(res, row, column) == 1 && *PQgetvalue(res, row, column) != 0;
}

static const char *
query_row_text(const PGresult *res, int row, int column)
{
	return query_row_null(res, row, column) ? NULL : PQgetvalue(res, row, column);
}

static struct bytes
query_row_bytes(const PGresult *res, int row, int column)
{
	return (
	    struct bytes){ PQgetvalue(res, row, column), (size_t)PQgetlength(res, row, column) };
}

/* PostgreSQL counts from the year 2000. */
static int64_t
query_row_time(const PGresult *res, int row, int column)
{
	return query_row_int(res, row, column) + INT64_C(946684800000000);
}

/* --- Parameters --- */

/* The lowest `size` bytes of a number, in network byte order. */
static struct param
number_param(struct number *number, int64_t value, size_t size)
{
	uint64_t ordered = htobe64((uint64_t)value);

	memcpy(number->bytes, &ordered, sizeof(ordered));
	return (struct param){ .value = (const char *)number->bytes + sizeof(ordered) - size,
		.length = (int)size,
		.binary = true };
}

static char *
put_uint32(char *end, size_t value)
{
	uint32_t ordered = htobe32((uint32_t)value);

	memcpy(end, &ordered, sizeof(ordered));
	return end + sizeof(ordered);
}

static char *
put_element(char *end, const void *value, size_t size)
{
	end = put_uint32(end, size);
	if (size > 0)
		memcpy(end, value, size);
	return end + size;
}

/* The binary format of an array: number of dimensions, flag for NULLs, element type; unless the
 * array is empty, the length and the lower bound of its one dimension; then each element after its
 * size. */
static struct param
array_param(struct arena *arena, enum sql_type element, size_t count, size_t bytes, char **end)
{
	size_t size = 3 * sizeof(uint32_t) + (count > 0 ? 2 * sizeof(uint32_t) : 0) +
		      count * sizeof(uint32_t) + bytes;
	char *start = arena_alloc(arena, size);

	*end = put_uint32(start, count > 0);
	*end = put_uint32(*end, 0);
	*end = put_uint32(*end, element);
	if (count > 0) {
		*end = put_uint32(*end, count);
		*end = put_uint32(*end, 1);
	}
	return (struct param){ .value = start, .length = (int)size, .binary = true };
}

static struct param
integers_param(
    struct arena *arena, const struct integers *integers, enum sql_type element, size_t size)
{
	char *end;
	struct param param = array_param(
	    arena, element, integers->count, integers->count * size, &end);

	for (size_t i = 0; i < integers->count; i++) {
		struct number number;
		struct param one = number_param(&number, integers->values[i], size);

		end = put_element(end, one.value, size);
	}
	return param;
}

static struct param
texts_param(struct arena *arena, const struct texts *texts)
{
	struct param param;
	size_t bytes = 0;
	char *end;

	for (size_t i = 0; i < texts->count; i++)
		bytes += strlen(texts->values[i]);
	param = array_param(arena, SQL_TEXT, texts->count, bytes, &end);
	for (size_t i = 0; i < texts->count; i++)
		end = put_element(end, texts->values[i], strlen(texts->values[i]));
	return param;
}

static struct param
digests_param(struct arena *arena, const struct digests *digests)
{
	struct param param;
	size_t bytes = 0;
	char *end;

	for (size_t i = 0; i < digests->count; i++)
		bytes += digest_length(digests->values[i].algorithm);
	param = array_param(arena, SQL_BYTEA, digests->count, bytes, &end);
	for (size_t i = 0; i < digests->count; i++)
		end = put_element(
		    end, digests->values[i].value, digest_length(digests->values[i].algorithm));
	return param;
}

static struct param
bytes_param(const struct bytes *bytes)
{
	return (struct param){ .value = bytes->data, .length = (int)bytes->length, .binary = true };
}

static struct param
bind(enum sql_type type, const void *member, struct arena *arena, struct number *number)
{
	switch (type) {
	case SQL_BOOLEAN:
		return number_param(number, *(const bool *)member, 1);
	case SQL_SMALLINT:
		return number_param(number, *(const int *)member, 2);
	case SQL_INTEGER:
		return number_param(number, *(const int *)member, 4);
	case SQL_BIGINT:
		return number_param(number, *(const int64_t *)member, 8);
	case SQL_BYTEA:
		return bytes_param(member);
	case SQL_INTEGERS:
		return integers_param(arena, member, SQL_INTEGER, 4);
	case SQL_BIGINTS:
		return integers_param(arena, member, SQL_BIGINT, 8);
	case SQL_TEXTS:
		return texts_param(arena, member);
	case SQL_BYTEAS:
		return digests_param(arena, member);
	default:
		return (struct param){ .value = *(const char *const *)member };
	}
}

void
statement_bind(const struct statement *statement, const void *args, struct arena *arena,
    struct number *numbers, struct param *params)
{
	for (int i = 0; i < statement->nparams; i++) {
		const struct field *field = &statement->parameters[i];

		params[i] = bind(
		    field->type, (const char *)args + field->offset, arena, &numbers[i]);
	}
}

/* --- Rows --- */

void
statement_read(const struct statement *statement, const PGresult *res, int number, void *row)
{
	for (int i = 0; i < statement->ncolumns; i++) {
		void *member = (char *)row + statement->columns[i].offset;

		switch (statement->columns[i].type) {
		case SQL_BOOLEAN:
			*(bool *)member = query_row_bool(res, number, i);
			break;
		case SQL_SMALLINT:
		case SQL_INTEGER:
			*(int *)member = (int)query_row_int(res, number, i);
			break;
		case SQL_BIGINT:
			*(int64_t *)member = query_row_int(res, number, i);
			break;
		case SQL_TIMESTAMPTZ:
			*(int64_t *)member = query_row_time(res, number, i);
			break;
		case SQL_BYTEA:
			*(struct bytes *)member = query_row_null(res, number, i)
						      ? (struct bytes){ 0 }
						      : query_row_bytes(res, number, i);
			break;
		default:
			*(const char **)member = query_row_text(res, number, i);
		}
	}
}

/* --- Checking --- */

static const char *
type_name(unsigned type)
{
	static const struct {
		enum sql_type type;
		const char *name;
	} names[] = {
		{ SQL_BOOLEAN, "boolean" },
		{ SQL_BYTEA, "bytea" },
		{ SQL_BIGINT, "bigint" },
		{ SQL_SMALLINT, "smallint" },
		{ SQL_INTEGER, "integer" },
		{ SQL_TEXT, "text" },
		{ SQL_INET, "inet" },
		{ SQL_BYTEAS, "bytea[]" },
		{ SQL_INTEGERS, "integer[]" },
		{ SQL_TEXTS, "text[]" },
		{ SQL_BIGINTS, "bigint[]" },
		{ SQL_TIMESTAMPTZ, "timestamptz" },
		{ SQL_UUID, "uuid" },
		{ SQL_JSONB, "jsonb" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((unsigned)names[i].type == type)
			return names[i].name;
	return "of another type";
}

static bool
count_check(
    const struct statement *statement, const char *kind, int want, int got, struct error *err)
{
	if (got == want)
		return true;
	return error_set(err, ERROR_INTERNAL, "statement %s: must have %d %s (got %d)",
	    statement->name, want, kind, got);
}

static bool
field_check(const struct statement *statement, const char *kind, const struct field *want,
    const char *name, unsigned type, struct error *err)
{
	if (strcmp(name, want->name) == 0 && type == (unsigned)want->type)
		return true;
	return error_set(err, ERROR_INTERNAL, "statement %s: %s must be %s %s (got %s %s)",
	    statement->name, kind, want->name, type_name((unsigned)want->type), name,
	    type_name(type));
}

static bool
parameters_check(const struct statement *statement, const PGresult *description, struct error *err)
{
	const struct field *fields = statement->parameters;
	bool ok = count_check(
	    statement, "parameters", statement->nparams, PQnparams(description), err);

	for (int i = 0; i < statement->nparams && ok; i++)
		ok = field_check(statement, "parameter", &fields[i], fields[i].name,
		    PQparamtype(description, i), err);
	return ok;
}

static bool
columns_check(const struct statement *statement, const PGresult *description, struct error *err)
{
	bool ok = count_check(
	    statement, "columns", statement->ncolumns, PQnfields(description), err);

	for (int i = 0; i < statement->ncolumns && ok; i++)
		ok = field_check(statement, "column", &statement->columns[i],
		    PQfname(description, i), PQftype(description, i), err);
	return ok;
}

bool
statement_check(const struct statement *statement, const PGresult *description, struct error *err)
{
	return parameters_check(statement, description, err) &&
	       (statement->columns == NULL || columns_check(statement, description, err));
}
