#include "registry/promotion.h"

bool
registry_promote(struct request_scope *scope, const struct promotion *promotion, struct error *err)
{
	static const enum error_code codes[] = {
		[PROMOTION_NO_REPOSITORY] = ERROR_BAD_REQUEST,
		[PROMOTION_UNKNOWN] = ERROR_NAME_UNKNOWN,
		[PROMOTION_DENIED] = ERROR_DENIED,
	};
	enum promotion_outcome outcome;
	const char *message;

	if (!db_image_promote(scope->registry->db, scope->key, promotion, &scope->principal,
		&scope->actor, &outcome, &message, err))
		return false;
	return outcome == PROMOTION_DONE || error_set(err, codes[outcome], "%s", message);
}
