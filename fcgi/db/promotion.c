#include "db/promotion.h"

#include "db/parts.h"
#include "db/sql.h"

bool
db_image_promote(struct db *db, const char *key, const struct promotion *promotion,
    const struct principal *principal, const struct actor *actor, enum promotion_outcome *outcome,
    const char **message, struct error *err)
{
	PGresult *res = image_promote_query(db,
	    (struct image_promote_args){
		.key = key,
		.name = promotion->name,
		.target_key = promotion->target_key,
		.target_name = promotion->target_name,
		.tag = promotion->tag,
		.target_tag = promotion->target_tag,
		.copy = promotion->copy,
		PRINCIPAL_ARGS(principal),
		.actor_name = actor_name(actor),
		.request = actor_request(actor),
		.address = actor_address(actor),
	    },
	    err);

	if (res == NULL)
		return false;
	*outcome = (enum promotion_outcome)image_promote_row(res, 0).outcome;
	*message = image_promote_row(res, 0).message;
	return true;
}
