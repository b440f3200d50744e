#include "v2/routes.h"

#include <stddef.h>

#include "responder/health.h"
#include "v2/call.h"
#include "v2/errors.h"
#include "v2/handlers.h"

/* Order matters where patterns overlap: a name may end in anything, "manifests" included. */
static const struct route routes[] = {
	{ "GET", "/livez", ACCESS_NONE, health_livez },
	{ "GET", "/readyz", ACCESS_NONE, health_readyz },
	{ "GET", "/v2/", ACCESS_LOGIN, v2_base },
	{ "GET", "/v2", ACCESS_LOGIN, v2_base },
	{ "GET", "/v2/token", ACCESS_ANY, v2_token },
	{ "POST", "/v2/promote", ACCESS_LOGIN, v2_promote },
	{ "GET", "/v2/_catalog", ACCESS_CATALOG, v2_catalog },
	{ "GET", "/v2/{name}/tags/list", ACCESS_PULL, v2_tags_list },
	{ "GET", "/v2/{name}/referrers/{digest}", ACCESS_PULL, v2_referrers_list },
	{ "POST", "/v2/{name}/blobs/uploads/", ACCESS_PUSH, v2_upload_start },
	{ "POST", "/v2/{name}/blobs/uploads", ACCESS_PUSH, v2_upload_start },
	{ "GET", "/v2/{name}/blobs/uploads/{uuid}", ACCESS_PUSH, v2_upload_status },
	{ "PATCH", "/v2/{name}/blobs/uploads/{uuid}", ACCESS_PUSH, v2_upload_append },
	{ "PUT", "/v2/{name}/blobs/uploads/{uuid}", ACCESS_PUSH, v2_upload_finish },
	{ "DELETE", "/v2/{name}/blobs/uploads/{uuid}", ACCESS_PUSH, v2_upload_cancel },
	{ "GET", "/v2/{name}/blobs/{digest}", ACCESS_PULL, v2_blob_get },
	{ "DELETE", "/v2/{name}/blobs/{digest}", ACCESS_DELETE, v2_blob_delete },
	{ "GET", "/v2/{name}/manifests/{reference}", ACCESS_PULL, v2_manifest_get },
	{ "PUT", "/v2/{name}/manifests/{reference}", ACCESS_PUSH, v2_manifest_put },
	{ "DELETE", "/v2/{name}/manifests/{reference}", ACCESS_DELETE, v2_manifest_delete },
	{ NULL, NULL, ACCESS_NONE, NULL },
};

const struct api v2_api = {
	.routes = routes,
	.call_size = sizeof(struct v2_call),
	.open = v2_call_open,
	.authenticate = v2_call_authenticate,
	.admit = v2_upload_admit,
	.render_error = v2_error,
};
