/* stowagectl check: verify that the store has everything the database names. */
#include "registry/check.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "db/readiness.h"
#include "ctl.h"
#include "registry/store_bind.h"

#define BAR_WIDTH 40
#define BAR_STEP_MS 100

const struct ctl_option check_options[] = {
	{ "quick", NULL, "do not read the blobs, only find them and compare their sizes" },
	{ "remove-garbage", NULL, "remove files without an owner, unless there are problems" },
	{ NULL, NULL, NULL },
};

/* Progress: a bar on a terminal, else a line for every tenth. */
struct display {
	const struct ctl *ctl;
	bool quick, terminal;
	int64_t next_ms; /* when the bar is drawn next */
	int tenths;      /* lines printed so far */
};

static int
percent(const struct display *display, const struct check_count *count)
{
	int64_t done = display->quick ? count->blobs : count->blob_bytes;
	int64_t all = display->quick ? count->files : count->file_bytes;

	return all == 0 || done >= all ? 100 : (int)((double)done * 100 / (double)all);
}

static void
clear_bar(const struct display *display)
{
	if (display->terminal)
		fputs("\r\033[K", stderr);
}

static void
draw_bar(const struct display *display, const struct check_count *count)
{
	char bar[BAR_WIDTH + 1];
	int done = percent(display, count);

	if (count->blobs == 0) {
		fprintf(stderr, "\r\033[Klooking at files: %" PRId64, count->files);
		return;
	}
	memset(bar, ' ', BAR_WIDTH);
	memset(bar, '=', (size_t)(BAR_WIDTH * done / 100));
	bar[BAR_WIDTH] = '\0';
	fprintf(stderr, "\r\033[K[%s] %3d %%  %" PRId64 " blobs, %" PRId64 " problems", bar, done,
	    count->blobs, count->problems);
}

static void
show_progress(void *context, const struct check_count *count)
{
	struct display *display = context;

	if (display->terminal) {
		int64_t now = clock_steady_ms();

		if (now < display->next_ms)
			return;
		display->next_ms = now + BAR_STEP_MS;
		draw_bar(display, count);
	} else if (count->blobs > 0 && percent(display, count) / 10 > display->tenths) {
		display->tenths = percent(display, count) / 10;
		fprintf(stderr, "%d %%: %" PRId64 " blobs, %" PRId64 " problems\n",
		    display->tenths * 10, count->blobs, count->problems);
	}
}

static void
show_finding(void *context, enum check_finding finding, const char *what)
{
	static const char *const words[] = {
		[CHECK_MISSING] = "missing",
		[CHECK_SIZE] = "wrong size",
		[CHECK_DIGEST] = "wrong bytes",
		[CHECK_UNREADABLE] = "unreadable",
		[CHECK_GARBAGE] = "garbage",
	};
	const struct display *display = context;

	clear_bar(display);
	printf("%s: %s%s%s\n", words[finding], *what == '/' ? "" : display->ctl->config.store_path,
	    *what == '/' ? "" : "/", what);
	fflush(stdout);
}

static struct store *
open_store(const struct ctl *ctl, struct error *err)
{
	struct store *store = registry_store_open(ctl->pool, ctl->config.store_path, err);

	if (store == NULL || store_look(store, err))
		return store;
	err->code = ERROR_CONFLICT; /* it is not the database that is unavailable */
	store_close(store);
	return NULL;
}

static bool
warn(struct ctl *ctl, struct error *err)
{
	const char *weakness;

	if (!db_weakness(&ctl->db, &weakness, err))
		return false;
	if (weakness != NULL)
		fprintf(stderr, "warning: %s\n", weakness);
	return true;
}

enum exit_code
ctl_check(struct ctl *ctl, int argc, char **argv)
{
	struct display display = { .ctl = ctl, .terminal = isatty(STDERR_FILENO) };
	struct check order = {
		.found = show_finding, .progress = show_progress, .context = &display
	};
	struct check_count count;
	struct error err = { 0 };
	struct store *store = NULL;
	const char *option;
	bool ok;

	while ((option = ctl_option(ctl, argc, argv)) != NULL) {
		if (strcmp(option, "quick") == 0)
			order.quick = display.quick = true;
		else
			order.remove_garbage = true;
	}
	ctl_no_operands(ctl, argc, argv);
	ok = ctl_open(ctl, &err) && (store = open_store(ctl, &err)) != NULL &&
	     registry_check(ctl->pool, store, &order, &count, &err);
	store_close(store);
	clear_bar(&display);
	if (!ok || !warn(ctl, &err))
		return ctl_fail(&err);
	fprintf(stderr,
	    "%" PRId64 " blobs, %" PRId64 " bytes: %" PRId64 " problems, %" PRId64
	    " garbage files\n",
	    count.blobs, count.blob_bytes, count.problems, count.garbage);
	if (order.remove_garbage)
		fprintf(stderr, "%" PRId64 " garbage files removed\n", count.removed);
	return count.problems == 0 ? EXIT_DONE : EXIT_PROBLEMS;
}
