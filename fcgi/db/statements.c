/* Every statement of the programs, as connections prepare them. */
#include "db/parts.h"

const struct statement *const *const db_statements[] = {
	account_statements,
	blob_statements,
	document_statements,
	fetch_statements,
	housekeeping_statements,
	installation_statements,
	permission_statements,
	pool_statements,
	promotion_statements,
	report_statements,
	repository_statements,
	signing_key_statements,
	sql_statements,
	token_key_statements,
	upload_statements,
	v1_statements,
	NULL,
};
