/* Every statement of the programs, as connections prepare them. */
#include "db/parts.h"

const struct statement *const *const db_statements[] = {
	sql_statements,
	v1_statements,
	NULL,
};
