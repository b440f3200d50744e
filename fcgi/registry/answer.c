#include "registry/answer.h"

#include <string.h>

void
answer_add_unavailable(struct answer *answer, struct arena *arena, const char *key,
    const char *reason, const char *cause)
{
	struct unavailable **p = &answer->unavailable;

	while (*p != NULL && strcmp((*p)->key, key) != 0)
		p = &(*p)->next;
	if (*p != NULL)
		return;
	*p = arena_alloc(arena, sizeof(**p));
	**p = (struct unavailable){
		.key = arena_strdup(arena, key),
		.reason = arena_strdup(arena, reason),
		.cause = arena_strdup(arena, cause),
	};
}

const char *
answer_reasons(const struct answer *answer, struct arena *arena)
{
	const char *text = "";

	for (const struct unavailable *p = answer->unavailable; p != NULL; p = p->next)
		text = arena_printf(
		    arena, "%s%s%s: %s", text, *text != '\0' ? ", " : "", p->key, p->reason);
	return text;
}

const char *
answer_causes(const struct answer *answer, struct arena *arena)
{
	const char *text = "";

	for (const struct unavailable *p = answer->unavailable; p != NULL; p = p->next)
		text = arena_printf(arena, "%s%s%s", text, *text != '\0' ? ", " : "", p->cause);
	return text;
}

bool
answer_unknown(
    const struct answer *answer, struct arena *arena, enum error_code code, struct error *err)
{
	struct error plain = { 0 };

	error_set(&plain, code, NULL);
	*err = plain;
	if (answer->unavailable == NULL)
		return false;
	error_set(err, code, "%s (%s)", plain.message, answer_reasons(answer, arena));
	return error_cause(err, "%s", answer_causes(answer, arena));
}
