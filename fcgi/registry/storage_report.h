/* How much is stored: in the repositories, and in the file system of the store. */
#ifndef REGISTRY_STORAGE_REPORT_H
#define REGISTRY_STORAGE_REPORT_H

#include "db/report.h"
#include "registry/registry.h"

/* All but the first comes from rows that other programs write, with their times. */
struct storage_summary {
	struct storage_report content;
	struct space_report space;
	struct store_report *programs; /* the state of the store as each last saw it */
	size_t program_count;
};

/* For administrators, else UNAUTHORIZED or DENIED. The result lives in the arena. */
bool registry_storage_report(
    const struct request_scope *, struct storage_summary *, struct error *) MUST_CHECK;

#endif
