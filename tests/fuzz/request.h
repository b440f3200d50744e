/* Whole requests through an API, over a database that returns made-up rows. */
#ifndef FUZZ_REQUEST_H
#define FUZZ_REQUEST_H

#include <stddef.h>
#include <stdint.h>

struct api;

/*
 * data: "METHOD TARGET", one line per header, an empty line, the body; lines end with a line feed.
 * Without an Authorization header the request is the administrator's. For every input there must be
 * one well-formed response, and the program must survive.
 */
void request_fuzz(const struct api *, const uint8_t *data, size_t size);

#endif
