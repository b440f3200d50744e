/*
 * Errors: one struct error on the caller's stack, filled once by the function that detects the
 * failure.
 *
 * `code` and `message` are for the client; `cause` (SQLSTATE, errno, library text) is for the log
 * only. Both strings are always valid UTF-8.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/banned.h"

/*
 * ERROR(symbol, the specification's spelling, HTTP status, default message). The first group is
 * from the OCI Distribution Specification 1.1, section "Error Codes"; the second from its Docker
 * ancestors; the third is for errors of any HTTP service; the last distinguishes cases of codes
 * above, which look the same to clients.
 */
#define ERROR_TABLE(ERROR)                                                                         \
	ERROR(BLOB_UNKNOWN, "BLOB_UNKNOWN", 404, "blob unknown to registry")                       \
	ERROR(BLOB_UPLOAD_INVALID, "BLOB_UPLOAD_INVALID", 400, "blob upload invalid")              \
	ERROR(BLOB_UPLOAD_UNKNOWN, "BLOB_UPLOAD_UNKNOWN", 404, "blob upload unknown to registry")  \
	ERROR(DIGEST_INVALID, "DIGEST_INVALID", 400,                                               \
	    "provided digest did not match uploaded content")                                      \
	ERROR(MANIFEST_BLOB_UNKNOWN, "MANIFEST_BLOB_UNKNOWN", 404,                                 \
	    "manifest references a manifest or blob unknown to registry")                          \
	ERROR(MANIFEST_INVALID, "MANIFEST_INVALID", 400, "manifest invalid")                       \
	ERROR(MANIFEST_UNKNOWN, "MANIFEST_UNKNOWN", 404, "manifest unknown to registry")           \
	ERROR(NAME_INVALID, "NAME_INVALID", 400, "invalid repository name")                        \
	ERROR(NAME_UNKNOWN, "NAME_UNKNOWN", 404, "repository name not known to registry")          \
	ERROR(SIZE_INVALID, "SIZE_INVALID", 400, "provided length did not match content length")   \
	ERROR(UNAUTHORIZED, "UNAUTHORIZED", 401, "authentication required")                        \
	ERROR(DENIED, "DENIED", 403, "requested access to the resource is denied")                 \
	ERROR(UNSUPPORTED, "UNSUPPORTED", 405, "the operation is unsupported")                     \
	ERROR(TOOMANYREQUESTS, "TOOMANYREQUESTS", 429, "too many requests")                        \
	ERROR(TAG_INVALID, "TAG_INVALID", 400, "manifest tag did not match URI")                   \
	ERROR(RANGE_INVALID, "RANGE_INVALID", 416, "invalid content range")                        \
	ERROR(RANGE_NOT_SATISFIABLE, "RANGE_INVALID", 416, "requested range not satisfiable")      \
	ERROR(PAGINATION_NUMBER_INVALID, "PAGINATION_NUMBER_INVALID", 400,                         \
	    "invalid number of results requested")                                                 \
	ERROR(MANIFEST_UNVERIFIED, "MANIFEST_UNVERIFIED", 400,                                     \
	    "manifest failed signature verification")                                              \
	ERROR(MANIFEST_TOO_LARGE, "MANIFEST_INVALID", 413, "manifest larger than 4 MiB")           \
	ERROR(                                                                                     \
	    MANIFEST_REFERENCED, "MANIFEST_REFERENCED", 409, "a tagged index needs this manifest") \
	ERROR(MEDIA_TYPE, "UNSUPPORTED", 415, "unsupported media type")                            \
	ERROR(CONFLICT, "CONFLICT", 409, "conflicting change")                                     \
	ERROR(PRECONDITION, "PRECONDITION_FAILED", 412, "precondition failed")                     \
	ERROR(TOO_LARGE, "SIZE_INVALID", 413, "content too large")                                 \
	ERROR(BAD_REQUEST, "BAD_REQUEST", 400, "bad request")                                      \
	ERROR(NOT_FOUND, "NOT_FOUND", 404, "not found")                                            \
	ERROR(METHOD, "UNSUPPORTED", 405, "method not allowed")                                    \
	ERROR(STORAGE_FULL, "UNAVAILABLE", 507, "no space left for content")                       \
	ERROR(UNAVAILABLE, "UNAVAILABLE", 503, "service unavailable, try again")                   \
	ERROR(UPSTREAM_FAILED, "UNAVAILABLE", 502, "no usable answer from the upstream registry")  \
	ERROR(UPSTREAM_TIMED_OUT, "UNAVAILABLE", 504,                                              \
	    "the upstream registry did not answer in time")                                        \
	ERROR(UPSTREAM_TLS, "UNAVAILABLE", 502, "no secure connection to the upstream registry")   \
	ERROR(UPSTREAM_REFUSED, "UNAVAILABLE", 502, "the upstream registry refuses access")        \
	ERROR(WOULD_BLOCK, "UNAVAILABLE", 503, "too many requests are waiting, try again")         \
	ERROR(INTERNAL, "UNKNOWN", 500, "unknown error")                                           \
	ERROR(CLIENT_GONE, "UNKNOWN", 400, "the client closed the connection")                     \
	ERROR(KEY_UNKNOWN, "NAME_UNKNOWN", 404, "no such repository")                              \
	ERROR(PRINCIPAL_STALE, "UNAUTHORIZED", 401, "authentication required")                     \
	ERROR(BLACKED_OUT, "DENIED", 403, "the repository is blacked out")

enum error_code {
	ERROR_NONE = 0,
#define ERROR_ENUM(symbol, spelling, status, message) ERROR_##symbol,
	ERROR_TABLE(ERROR_ENUM)
#undef ERROR_ENUM
};

struct error {
	enum error_code code;
	char message[256];   /* for the client; never holds a secret or a path */
	char cause[256];     /* for the log */
	int status;          /* 0: the status of the code; else this overrides it */
	int64_t retry_after; /* seconds after which the client may retry; 0: unknown */
};

/* Fill *error (may be NULL) and return false. format NULL: the code's default message. */
bool error_set(struct error *, enum error_code, const char *format, ...) PRINTF_LIKE(3, 4);
/*
 * The same for errno: ENOSPC and EDQUOT become STORAGE_FULL, and the message says so; a lack of
 * descriptors or memory becomes UNAVAILABLE, any other errno INTERNAL. The cause is strerror's
 * text.
 */
bool error_errno(struct error *, const char *format, ...) PRINTF_LIKE(2, 3);
/* Set the private cause of an error that is already filled; returns false. */
bool error_cause(struct error *, const char *format, ...) PRINTF_LIKE(2, 3);

/* The code's spelling on the wire, its HTTP status (error_status() honours error.status). */
const char *error_spelling(enum error_code);
int error_status(const struct error *);
/* Value of Retry-After: seconds; 0: the client cannot expect another answer soon. */
int64_t error_retry_after(const struct error *);

#endif
