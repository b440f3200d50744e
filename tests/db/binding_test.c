/* Statements with named parameters: values survive a round trip, and a statement that differs from
 * the one that the program was built for is refused. */
#include "fixture.h"

#include "db/sql.h"

/* --- Values --- */

struct values {
	bool boolean;
	int smallint, integer;
	int64_t bigint;
	const char *text, *uuid;
	struct bytes bytes;
	struct integers integers, bigints;
	struct texts texts;
	struct digests digests;
};

struct answers {
	bool boolean;
	int smallint, integer;
	int64_t bigint;
	const char *text, *uuid;
	struct bytes bytes;
	const char *integers, *bigints, *texts, *digests;
	int64_t time;
};

#define VALUE(name, type)                                  \
	{                                                  \
#name, type, offsetof(struct values, name) \
	}
#define ANSWER(name, type)                                  \
	{                                                   \
#name, type, offsetof(struct answers, name) \
	}

static const struct field parameters[] = {
	VALUE(boolean, SQL_BOOLEAN),
	VALUE(smallint, SQL_SMALLINT),
	VALUE(integer, SQL_INTEGER),
	VALUE(bigint, SQL_BIGINT),
	VALUE(text, SQL_TEXT),
	VALUE(uuid, SQL_UUID),
	VALUE(bytes, SQL_BYTEA),
	VALUE(integers, SQL_INTEGERS),
	VALUE(bigints, SQL_BIGINTS),
	VALUE(texts, SQL_TEXTS),
	VALUE(digests, SQL_BYTEAS),
};

static const struct field columns[] = {
	ANSWER(boolean, SQL_BOOLEAN),
	ANSWER(smallint, SQL_SMALLINT),
	ANSWER(integer, SQL_INTEGER),
	ANSWER(bigint, SQL_BIGINT),
	ANSWER(text, SQL_TEXT),
	ANSWER(uuid, SQL_TEXT),
	ANSWER(bytes, SQL_BYTEA),
	ANSWER(integers, SQL_TEXT),
	ANSWER(bigints, SQL_TEXT),
	ANSWER(texts, SQL_TEXT),
	ANSWER(digests, SQL_TEXT),
	ANSWER(time, SQL_TIMESTAMPTZ),
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct statement echo = {
	.name = "echo",
	.sql =
	    "SELECT $1::boolean AS boolean, $2::smallint AS smallint, $3::integer AS integer,"
	    " $4::bigint AS bigint, $5::text AS text, $6::uuid::text AS uuid, $7::bytea AS bytes,"
	    " $8::integer[]::text AS integers, $9::bigint[]::text AS bigints,"
	    " $10::text[]::text AS texts, $11::bytea[]::text AS digests,"
	    " timestamptz '1970-01-01 00:00:01+00' AS time",
	.nparams = COUNT(parameters),
	.ncolumns = COUNT(columns),
	.parameters = parameters,
	.columns = columns,
};

static struct answers
echoed(struct fixture *f, const struct values *values)
{
	struct number numbers[COUNT(parameters)];
	struct param params[COUNT(parameters)];
	const char *sent[COUNT(parameters)];
	int lengths[COUNT(parameters)], formats[COUNT(parameters)];
	struct answers answers;
	PGresult *res;

	statement_bind(&echo, values, f->db.arena, numbers, params);
	for (size_t i = 0; i < COUNT(parameters); i++) {
		sent[i] = params[i].value;
		lengths[i] = params[i].length;
		formats[i] = params[i].binary;
	}
	res = PQexecParams(f->beside, echo.sql, echo.nparams, NULL, sent, lengths, formats, 1);
	if (PQresultStatus(res) != PGRES_TUPLES_OK)
		fail_msg("%s", PQerrorMessage(f->beside));
	arena_defer(f->db.arena, (void (*)(void *))PQclear, res);
	statement_read(&echo, res, 0, &answers);
	return answers;
}

static void
values_come_back_as_they_were_bound(void **state)
{
	static const int64_t numbers[] = { -1, 0, 2147483647 };
	static const char *const texts[] = { "", "NULL", "a\"b\\c{d},'e' \xc3\xa9" };
	struct fixture *f = *state;
	const struct digest digest = digest_of_text("x");
	struct answers answers = echoed(f, &(struct values){ .boolean = true,
					       .smallint = -2,
					       .integer = INT32_MIN,
					       .bigint = INT64_MIN,
					       .text = "t\xc3\xa9xt",
					       .uuid = "00000000-0000-4000-8000-000000000001",
					       .bytes = { "\0\1", 2 },
					       .integers = { numbers, 3 },
					       .bigints = { numbers, 2 },
					       .texts = { texts, 3 },
					       .digests = { &digest, 1 } });

	assert_true(answers.boolean);
	assert_int_equal(answers.smallint, -2);
	assert_int_equal(answers.integer, INT32_MIN);
	assert_true(answers.bigint == INT64_MIN);
	assert_string_equal(answers.text, "t\xc3\xa9xt");
	assert_string_equal(answers.uuid, "00000000-0000-4000-8000-000000000001");
	assert_int_equal(answers.bytes.length, 2);
	assert_memory_equal(answers.bytes.data, "\0\1", 2);
	assert_string_equal(answers.integers, "{-1,0,2147483647}");
	assert_string_equal(answers.bigints, "{-1,0}");
	assert_string_equal(answers.texts, "{\"\",\"NULL\",\"a\\\"b\\\\c{d},'e' \xc3\xa9\"}");
	assert_string_equal(answers.digests,
	    arena_printf(f->db.arena, "{\"\\\\x%s\"}", digest.text + strlen("sha256:")));
	assert_int_equal(answers.time, 1000000);
}

static void
nothing_is_null_and_lists_may_be_empty(void **state)
{
	struct answers answers = echoed(*state, &(struct values){ 0 });

	assert_false(answers.boolean);
	assert_int_equal(answers.integer, 0);
	assert_null(answers.text);
	assert_null(answers.uuid);
	assert_null(answers.bytes.data);
	assert_string_equal(answers.integers, "{}");
	assert_string_equal(answers.texts, "{}");
	assert_string_equal(answers.digests, "{}");
}

static void
no_bytes_are_not_null(void **state)
{
	struct answers answers = echoed(*state, &(struct values){ .bytes = { "", 0 } });

	assert_non_null(answers.bytes.data);
	assert_int_equal(answers.bytes.length, 0);
}

/* --- Refusals --- */

/* The error message for the statement with `from` replaced by `to`; "" if it is accepted. */
static const char *
refusal(struct fixture *f, const struct statement *statement, const char *from, const char *to)
{
	const char *place = from == NULL ? NULL : strstr(statement->sql, from);
	const char *sql = place == NULL
			      ? statement->sql
			      : arena_printf(f->db.arena, "%.*s%s%s", (int)(place - statement->sql),
				    statement->sql, to, place + strlen(from));
	PGresult *res = PQprepare(f->beside, "", sql, 0, NULL);
	bool ok;

	assert_true(from == NULL || place != NULL);
	if (PQresultStatus(res) != PGRES_COMMAND_OK)
		fail_msg("%s", PQerrorMessage(f->beside));
	PQclear(res);
	res = PQdescribePrepared(f->beside, "");
	ok = statement_check(statement, res, &f->err);
	PQclear(res);
	return ok ? "" : f->err.message;
}

static void
a_statement_as_it_was_built_for_is_taken(void **state)
{
	assert_string_equal(refusal(*state, &manifest_by_tag_statement, NULL, NULL), "");
	assert_string_equal(refusal(*state, &remote_revalidated_statement, NULL, NULL), "");
}

static void
a_statement_that_was_changed_is_refused(void **state)
{
	static const struct {
		const struct statement *statement;
		const char *from, *to, *message;
	} rows[] = {
		{ &manifest_by_tag_statement, "m.alg, m.digest", "m.digest, m.alg",
		    "statement manifest_by_tag: column must be alg smallint (got digest bytea)" },
		{ &manifest_by_tag_statement, "m.size,", "m.size::bigint AS size,",
		    "statement manifest_by_tag: column must be size integer (got size bigint)" },
		{ &manifest_by_tag_statement, "m.size,", "m.size AS bytes,",
		    "statement manifest_by_tag: column must be size integer (got bytes integer)" },
		{ &manifest_by_tag_statement, "m.size,", "",
		    "statement manifest_by_tag: must have 15 columns (got 14)" },
		{ &referrers_list_statement, "OR page.bytes <= $11::bigint", "",
		    "statement referrers_list: must have 11 parameters (got 10)" },
		{ &referrers_list_statement, "$11::bigint", "$11::integer",
		    "statement referrers_list: parameter must be bytes bigint (got bytes integer)" },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		assert_string_equal(
		    refusal(*state, rows[i].statement, rows[i].from, rows[i].to), rows[i].message);
}

static void
a_connection_whose_statement_changed_is_refused(void **state)
{
	struct fixture *f = *state;
	struct db_pool *pool;

	ask(f, "ALTER FUNCTION remote_struck RENAME TO remote_struck_kept");
	ask(f,
	    "CREATE FUNCTION remote_struck(p_remote int, p_path text) RETURNS int LANGUAGE sql AS 'SELECT 1'");
	pool = db_pool_open(f->url, 1, 2000, &f->err);
	ask(f, "DROP FUNCTION remote_struck(int, text)");
	ask(f, "ALTER FUNCTION remote_struck_kept RENAME TO remote_struck");
	assert_null(pool);
	assert_int_equal(f->err.code, ERROR_INTERNAL);
	assert_string_equal(f->err.message,
	    "statement remote_struck: column must be several boolean (got several integer)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST(values_come_back_as_they_were_bound),
		DB_TEST(nothing_is_null_and_lists_may_be_empty),
		DB_TEST(no_bytes_are_not_null),
		DB_TEST(a_statement_as_it_was_built_for_is_taken),
		DB_TEST(a_statement_that_was_changed_is_refused),
		DB_TEST(a_connection_whose_statement_changed_is_refused),
	};

	return FIXTURE_RUN("binding", tests);
}
