#include "db/readiness.h"

#include <stdio.h>

#include "db/connection.h"
#include "db/sql.h"

bool
db_ready(struct db *db, struct error *err)
{
	PGresult *res = ready_query(db, err);
	struct ready_row row;

	if (res == NULL) {
		char cause[sizeof(err->cause)];

		snprintf(cause, sizeof(cause), "%s", err->cause);
		error_set(err, ERROR_UNAVAILABLE, "the database does not answer");
		return error_cause(err, "%s", cause);
	}
	row = ready_row(res, 0);
	if (!db_schema_check(row.schema, row.oldest, err))
		return false;
	if (row.read_only)
		return error_set(err, ERROR_UNAVAILABLE, "the database is read only");
	return true;
}

bool
db_weakness(struct db *db, const char **message, struct error *err)
{
	PGresult *res = weakness_query(db, err);

	if (res == NULL)
		return false;
	*message = weakness_row(res, 0).message;
	return true;
}
