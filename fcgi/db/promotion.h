/* Promotion (sql/functions/promotion.sql). */
#ifndef DB_PROMOTION_H
#define DB_PROMOTION_H

#include "db/access_decision.h"
#include "db/query.h"
#include "db/words.h"

struct promotion {
	const char *name; /* image name at the source */
	const char *target_key, *target_name;
	const char *tag, *target_tag; /* NULL: all tags; target_tag NULL: the same tag */
	bool copy;                    /* copy; else move */
};

/* Promote everything in one transaction, or nothing. Audited, tag by tag. */
bool db_image_promote(struct db *, const char *key, const struct promotion *,
    const struct principal *, const struct actor *, enum promotion_outcome *, const char **message,
    struct error *) MUST_CHECK;

#endif
