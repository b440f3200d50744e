/* The head of a response: its status, and the headers that matter, as they arrive line by line. */
#ifndef UPSTREAM_HEAD_H
#define UPSTREAM_HEAD_H

#include "base/arena.h"
#include "base/attributes.h"
#include "upstream/challenge.h"
#include "upstream/upstream.h"

struct head {
	struct arena *arena;
	struct upstream_reply *reply;
	struct challenge challenge;
	const char *location;
	bool encoded; /* it has a Content-Encoding, so digests would not match */
	size_t bytes;
};

/* Read a line, which begins a new head if it is a status line, for example after an interim
 * response. false: the lines are too long together. */
bool head_line(struct head *, const char *data, size_t length) MUST_CHECK;

#endif
