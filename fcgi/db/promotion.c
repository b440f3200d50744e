#include "db/promotion.h"

#include "db/parts.h"

static const struct statement image_promote = {
	.name = "image_promote",
	.nparams = 12,
	.sql =
	    "SELECT outcome, message FROM image_promote($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
};

const struct statement *const promotion_statements[] = { &image_promote, NULL };

bool
db_image_promote(struct db *db, const char *key, const struct promotion *promotion,
    const struct principal *principal, const struct actor *actor, enum promotion_outcome *outcome,
    const char **message, struct error *err)
{
	struct param who[ACTOR_PARAMS];
	PGresult *res;

	actor_params(db, actor, who);
	res = db_query(db, &image_promote,
	    (const struct param[]){ param_text(key), param_text(promotion->name),
		param_text(promotion->target_key), param_text(promotion->target_name),
		param_text(promotion->tag), param_text(promotion->target_tag),
		param_bool(promotion->copy), param_int(db, principal->account),
		param_int(db, principal->epoch), who[1], who[2], who[3] },
	    err);
	if (res == NULL)
		return false;
	*outcome = (enum promotion_outcome)row_int(res, 0, 0);
	*message = row_text(res, 0, 1);
	return true;
}
