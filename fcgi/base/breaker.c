#include "base/breaker.h"

bool
breaker_admits(const struct breaker *breaker, int64_t now_ms)
{
	return !breaker->open || (!breaker->trying && now_ms >= breaker->next_ms);
}

void
breaker_enter(struct breaker *breaker, int64_t now_ms)
{
	if (breaker->stale_ms > 0 && now_ms >= breaker->next_ms + breaker->stale_ms)
		breaker->open = false;
	breaker->trying = breaker->open;
}

void
breaker_succeeded(struct breaker *breaker)
{
	breaker->open = breaker->trying = false;
}

void
breaker_failed(struct breaker *breaker, int64_t now_ms)
{
	breaker->open = true;
	breaker->trying = false;
	breaker->next_ms = now_ms + breaker->pause_ms;
}
