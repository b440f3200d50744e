/* Download one blob from an upstream into the store. The caller holds the lease of its fetch row
 * (fetch.h). */
#ifndef REGISTRY_DOWNLOAD_H
#define REGISTRY_DOWNLOAD_H

#include "db/fetch.h"
#include "registry/upstreams.h"
#include "store/store.h"

struct download {
	struct upstreams *upstreams;
	struct store *store;
	struct db *db;       /* its arena is reset during the download */
	struct arena *steps; /* the same, at every step */
	const struct remote *remote;
	const struct fetch_key *key;
	const char *source; /* an external URL, or NULL */
	int64_t size;       /* expected size; then the size that the upstream states */
	const char *owner;
	/* Called at every step, at least every 200 ms; false stops the download. */
	bool (*progress)(void *context, const struct download *, int64_t file, int64_t received);
	void *context;

	/* Set on DOWNLOAD_STORED: */
	int64_t holder; /* the file that holds the blob; 0: nothing is to be stored */
};

enum download_end {
	DOWNLOAD_STORED,
	DOWNLOAD_FAILED, /* and the row says so */
	DOWNLOAD_LOST,   /* another process has taken over the lease */
	DOWNLOAD_LEFT    /* stopped, or memory ran out; another process may continue */
};

/* row: of FETCH_HOLDER. A broken transfer is resumed where it stopped, as long as it makes
 * progress. */
enum download_end download_run(
    struct download *, const struct fetch_row *, struct error *) MUST_CHECK;

#endif
