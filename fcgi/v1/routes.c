#include "v1/routes.h"

#include <stddef.h>

#include "responder/responder.h"
#include "v1/call.h"
#include "v1/errors.h"
#include "v1/handlers.h"

/* Order matters where patterns overlap: a name may end in anything, "tags" included. */
static const struct route routes[] = {
	{ "GET", "/livez", ACCESS_NONE, responder_livez },
	{ "GET", "/readyz", ACCESS_NONE, responder_readyz },
	{ "GET", "/_ping", ACCESS_NONE, v1_ping },
	{ "GET", "/v1/_ping", ACCESS_NONE, v1_ping },
	{ "GET", "/v1/users/", ACCESS_LOGIN, users_get },
	{ "GET", "/v1/users", ACCESS_LOGIN, users_get },
	{ "POST", "/v1/users/", ACCESS_NONE, users_post },
	{ "POST", "/v1/users", ACCESS_NONE, users_post },
	{ "GET", "/v1/search", ACCESS_CATALOG, v1_search },
	{ "GET", "/v1/repositories/{name}/images", ACCESS_PULL, repository_images },
	{ "PUT", "/v1/repositories/{name}/images", ACCESS_PUSH, repository_images_put },
	{ "DELETE", "/v1/repositories/{name}/images", ACCESS_DELETE, repository_images_delete },
	{ "PUT", "/v1/repositories/{name}/auth", ACCESS_PUSH, repository_auth },
	{ "GET", "/v1/repositories/{name}/properties", ACCESS_PULL, repository_properties },
	{ "PUT", "/v1/repositories/{name}/properties", ACCESS_PUSH, repository_properties_put },
	{ "GET", "/v1/repositories/{name}/tags/{tag}/json", ACCESS_PULL, tag_json },
	{ "GET", "/v1/repositories/{name}/json", ACCESS_PULL, repository_json },
	{ "GET", "/v1/repositories/{name}/tags/{tag}", ACCESS_PULL, tag_get },
	{ "PUT", "/v1/repositories/{name}/tags/{tag}", ACCESS_PUSH, tag_put },
	{ "DELETE", "/v1/repositories/{name}/tags/{tag}", ACCESS_DELETE, tag_delete },
	{ "GET", "/v1/repositories/{name}/tags", ACCESS_PULL, tags_get },
	{ "DELETE", "/v1/repositories/{name}/tags", ACCESS_DELETE, tags_delete },
	{ "PUT", "/v1/repositories/{name}/", ACCESS_PUSH, repository_put },
	{ "PUT", "/v1/repositories/{name}", ACCESS_PUSH, repository_put },
	{ "DELETE", "/v1/repositories/{name}/", ACCESS_DELETE, tags_delete },
	{ "DELETE", "/v1/repositories/{name}", ACCESS_DELETE, tags_delete },
	{ "GET", "/v1/images/{id}/json", ACCESS_PULL, image_json_get },
	{ "PUT", "/v1/images/{id}/json", ACCESS_PUSH, image_json_put },
	{ "GET", "/v1/images/{id}/ancestry", ACCESS_PULL, image_ancestry },
	{ "GET", "/v1/images/{id}/layer", ACCESS_PULL, image_layer_get },
	{ "PUT", "/v1/images/{id}/layer", ACCESS_PUSH, image_layer_put },
	{ "PUT", "/v1/images/{id}/checksum", ACCESS_PUSH, image_checksum_put },
	{ NULL, NULL, ACCESS_NONE, NULL },
};

const struct api v1_api = {
	.routes = routes,
	.call_size = sizeof(struct v1_call),
	.open = v1_call_open,
	.authenticate = v1_call_authenticate,
	.admit = v1_call_admit,
	.render_error = v1_error,
};
