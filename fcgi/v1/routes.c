#include "v1/routes.h"

#include <stddef.h>

#include "responder/health.h"
#include "v1/call.h"
#include "v1/errors.h"
#include "v1/handlers.h"

/* Order matters where patterns overlap: a name may end in anything, "tags" included. */
static const struct route routes[] = {
	{ "GET", "/livez", ACCESS_NONE, health_livez },
	{ "GET", "/readyz", ACCESS_NONE, health_readyz },
	{ "GET", "/_ping", ACCESS_NONE, v1_ping },
	{ "GET", "/v1/_ping", ACCESS_NONE, v1_ping },
	{ "GET", "/v1/users/", ACCESS_LOGIN, v1_users_get },
	{ "GET", "/v1/users", ACCESS_LOGIN, v1_users_get },
	{ "POST", "/v1/users/", ACCESS_NONE, v1_users_post },
	{ "POST", "/v1/users", ACCESS_NONE, v1_users_post },
	{ "GET", "/v1/search", ACCESS_CATALOG, v1_search },
	{ "GET", "/v1/repositories/{name}/images", ACCESS_PULL, v1_repository_images },
	{ "PUT", "/v1/repositories/{name}/images", ACCESS_PUSH, v1_repository_images_put },
	{ "DELETE", "/v1/repositories/{name}/images", ACCESS_DELETE, v1_repository_images_delete },
	{ "PUT", "/v1/repositories/{name}/auth", ACCESS_PUSH, v1_repository_auth },
	{ "GET", "/v1/repositories/{name}/properties", ACCESS_PULL, v1_repository_properties },
	{ "PUT", "/v1/repositories/{name}/properties", ACCESS_PUSH, v1_repository_properties_put },
	{ "GET", "/v1/repositories/{name}/tags/{tag}/json", ACCESS_PULL, v1_tag_json },
	{ "GET", "/v1/repositories/{name}/json", ACCESS_PULL, v1_repository_json },
	{ "GET", "/v1/repositories/{name}/tags/{tag}", ACCESS_PULL, v1_tag_get },
	{ "PUT", "/v1/repositories/{name}/tags/{tag}", ACCESS_PUSH, v1_tag_put },
	{ "DELETE", "/v1/repositories/{name}/tags/{tag}", ACCESS_DELETE, v1_tag_delete },
	{ "GET", "/v1/repositories/{name}/tags", ACCESS_PULL, v1_tags_get },
	{ "DELETE", "/v1/repositories/{name}/tags", ACCESS_DELETE, v1_tags_delete },
	{ "PUT", "/v1/repositories/{name}/", ACCESS_PUSH, v1_repository_put },
	{ "PUT", "/v1/repositories/{name}", ACCESS_PUSH, v1_repository_put },
	{ "DELETE", "/v1/repositories/{name}/", ACCESS_DELETE, v1_tags_delete },
	{ "DELETE", "/v1/repositories/{name}", ACCESS_DELETE, v1_tags_delete },
	{ "GET", "/v1/images/{id}/json", ACCESS_PULL, v1_image_json_get },
	{ "PUT", "/v1/images/{id}/json", ACCESS_PUSH, v1_image_json_put },
	{ "GET", "/v1/images/{id}/ancestry", ACCESS_PULL, v1_image_ancestry },
	{ "GET", "/v1/images/{id}/layer", ACCESS_PULL, v1_image_layer_get },
	{ "PUT", "/v1/images/{id}/layer", ACCESS_PUSH, v1_image_layer_put },
	{ "PUT", "/v1/images/{id}/checksum", ACCESS_PUSH, v1_image_checksum_put },
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
