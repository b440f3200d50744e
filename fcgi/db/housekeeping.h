/* What housekeeping finds to do (sql/functions/housekeeping.sql). */
#ifndef DB_HOUSEKEEPING_H
#define DB_HOUSEKEEPING_H

#include "db/blob.h"

/* Upload sessions that nobody touched for so long, or whose repository is gone. */
bool db_uploads_abandoned(struct db *, int64_t seconds, int limit, struct upload_row **,
    size_t *count, struct error *) MUST_CHECK;
/* End fetches whose owner has been silent for so long. *more: there may be more of them. */
bool db_fetches_drop(
    struct db *, int64_t seconds, int limit, bool *more, struct error *) MUST_CHECK;
/* Misses and lists that are over. *more: there may be more of them. */
bool db_cache_expire(struct db *, int limit, bool *more, struct error *) MUST_CHECK;
/* v1 pushes that nobody has gone on with for so long. */
bool db_v1_uploads_drop(
    struct db *, int64_t seconds, int limit, bool *more, struct error *) MUST_CHECK;
/* Files to unlink now; only file and digest are set. */
bool db_unlinks_due(
    struct db *, int limit, struct file_row **, size_t *count, struct error *) MUST_CHECK;
bool db_unlink_done(struct db *, int64_t file, struct error *) MUST_CHECK;
/* It could not be unlinked: later again, each time after a longer while. *seconds: how long ago it
 * was queued. */
bool db_unlink_failed(struct db *, int64_t file, int64_t *seconds, struct error *) MUST_CHECK;
/* The directory of the store to search for files without an owner; NULL: none is due. Each is due
 * again after a day. */
bool db_sweep_next(struct db *, const char **directory, struct error *) MUST_CHECK;
/* Record files without an owner. *due: those among them that had none a day ago either. */
bool db_sweep_look(struct db *, const char *const *paths, size_t count, const char ***due,
    size_t *due_count, struct error *) MUST_CHECK;
bool db_orphan_done(struct db *, const char *path, struct error *) MUST_CHECK;
/* A piece of a deleted repository. *more: there was one. *failed: it could not be removed, for this
 * reason, and is tried again later; else NULL. */
bool db_repository_shrink(
    struct db *, int limit, bool *more, const char **failed, struct error *) MUST_CHECK;
/* Record the space of the store's file system, for reports. */
bool db_store_space_save(struct db *, int64_t total, int64_t available, struct error *) MUST_CHECK;
/* Tables of history for the coming months. */
bool db_history_extend(struct db *, struct error *) MUST_CHECK;

#endif
