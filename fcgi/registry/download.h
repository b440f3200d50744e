/* One blob from an upstream into the store, by the owner of its fetch row (fetch.h). */
#ifndef REGISTRY_DOWNLOAD_H
#define REGISTRY_DOWNLOAD_H

#include "db/fetch.h"
#include "registry/relay.h"

struct download {
	struct relay *relay;
	struct db *db; /* its arena is reset on the way */
	const struct remote *remote;
	const struct fetch_key *key;
	const char *source; /* a URL elsewhere, or NULL */
	int64_t size;       /* what it is to have; then what the upstream says it has */
	const char *owner;
	/* Told of every step, at least every 200 ms while it runs; false stops. */
	bool (*progress)(void *context, const struct download *, int64_t file, int64_t received);
	void *context;

	/* Filled in by DOWNLOAD_STORED: */
	int64_t holder; /* the file that holds the blob; 0: nothing is to be stored */
};

enum download_end {
	DOWNLOAD_STORED,
	DOWNLOAD_FAILED, /* and the row says so */
	DOWNLOAD_LOST,   /* another has taken over */
	DOWNLOAD_LEFT    /* stopped: another may go on */
};

/* row: of FETCH_OWN. What breaks off goes on where it stopped, as long as it moves on. */
enum download_end download_run(
    struct download *, const struct fetch_row *, struct error *) MUST_CHECK;

#endif
