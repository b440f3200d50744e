/* Maintenance jobs (sql/functions/maintenance.sql). */
#ifndef DB_MAINTENANCE_H
#define DB_MAINTENANCE_H

#include "db/blob.h"
#include "db/upload.h"

/* Upload sessions that have been idle for `seconds`, or whose repository was deleted. */
bool db_uploads_abandoned(struct db *, int64_t seconds, int limit, struct upload_row **,
    size_t *count, struct error *) MUST_CHECK;
/* End fetches whose lease holder has not reported for `seconds`. *more: there may be more of them.
 */
bool db_fetches_drop(
    struct db *, int64_t seconds, int limit, bool *more, struct error *) MUST_CHECK;
/* Remove expired misses and tag lists. *more: there may be more of them. */
bool db_cache_expire(struct db *, int limit, bool *more, struct error *) MUST_CHECK;
/* Remove v1 pushes that have been idle for `seconds`. */
bool db_v1_uploads_drop(
    struct db *, int64_t seconds, int limit, bool *more, struct error *) MUST_CHECK;
/* Files that are due to be unlinked; only file and digest are set. */
bool db_unlinks_due(
    struct db *, int limit, struct file_row **, size_t *count, struct error *) MUST_CHECK;
bool db_unlink_done(struct db *, int64_t file, struct error *) MUST_CHECK;
/* A file could not be unlinked: retry it later, each time after a longer delay. *seconds: how long
 * ago it was queued. */
bool db_unlink_failed(struct db *, int64_t file, int64_t *seconds, struct error *) MUST_CHECK;
/* The next directory of the store to search for files without an owner; NULL: none is due. Each is
 * due again after a day. */
bool db_sweep_next(struct db *, const char **directory, struct error *) MUST_CHECK;
/* Record files without an owner. *due: the files among them that already had no owner a day ago. */
bool db_sweep_look(struct db *, const char *const *paths, size_t count, const char ***due,
    size_t *due_count, struct error *) MUST_CHECK;
bool db_orphan_done(struct db *, const char *path, struct error *) MUST_CHECK;
/* Remove a part of a deleted repository. *more: there was one. *failed: the reason if it could not
 * be removed and will be retried; else NULL. */
bool db_repository_shrink(
    struct db *, int limit, bool *more, const char **failed, struct error *) MUST_CHECK;
/* Record the space of the store's file system, for reports. */
bool db_store_space_save(struct db *, int64_t total, int64_t available, struct error *) MUST_CHECK;
/* Create the history tables of the coming months. */
bool db_history_extend(struct db *, struct error *) MUST_CHECK;

#endif
