/* The page at the root of a vhost: a description, and the commands for this host. */
#include <string.h>

#include "http/reply.h"
#include "http/request.h"
#include "rest/handlers.h"

#define PAGE                                                                                \
	"<!DOCTYPE html>\n"                                                                 \
	"<html lang=\"en\">\n"                                                              \
	"<head><meta charset=\"utf-8\"><title>stowage at %s</title></head>\n"               \
	"<body>\n"                                                                          \
	"<h1>stowage</h1>\n"                                                                \
	"<p>This is a registry of container images. Sign in, push and pull:</p>\n"          \
	"<pre>\n"                                                                           \
	"docker login %s\n"                                                                 \
	"docker tag busybox %s/busybox\n"                                                   \
	"docker push %s/busybox\n"                                                          \
	"docker pull %s/busybox\n"                                                          \
	"</pre>\n"                                                                          \
	"<p>podman, skopeo, buildah, containerd and other OCI clients work the same way.%s" \
	"</p>\n"                                                                            \
	"</body>\n"                                                                         \
	"</html>\n"

bool
rest_welcome(struct request *req, struct error *err)
{
	const char *host = req->host; /* its grammar has no character that is special in HTML */
	const char *plain = strcmp(req->scheme, "https") == 0
				? ""
				: " This host has no TLS: unless it is localhost, clients must be "
				  "told to accept that.";
	const char *page = arena_printf(req->arena, PAGE, host, host, host, host, host, plain);

	(void)err;
	reply_bytes(req, 200, "text/html; charset=utf-8", page, strlen(page));
	reply_header(req, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
	reply_header(req, "X-Content-Type-Options", "nosniff");
	return true;
}
