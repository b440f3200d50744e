/* Every statement of the programs, as connections prepare them. */
#include "db/parts.h"

const struct statement *const *const db_statements[] = {
	account_statements,
	document_statements,
	housekeeping_statements,
	installation_statements,
	permission_statements,
	pool_statements,
	promotion_statements,
	report_statements,
	signing_key_statements,
	sql_statements,
	token_key_statements,
	v1_statements,
	NULL,
};
