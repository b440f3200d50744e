/* The number of the schema. */
#ifndef DB_SCHEMA_H
#define DB_SCHEMA_H

/* The schema version of this program. It refuses an older schema, and a newer one that names a
 * newer program as the oldest that may use it. */
#define DB_SCHEMA 11

#endif
