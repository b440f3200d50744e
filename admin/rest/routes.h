/* The REST interface: the calls of Artifactory's clients that concern Docker repositories. */
#ifndef REST_ROUTES_H
#define REST_ROUTES_H

#include "responder/api.h"

extern const struct api rest_api;

route_handler welcome, system_ping, system_version, system_usage, storage_info, storage_repository,
    storage_path, repositories_list, repositories_configurations, repository_get, repository_put,
    repository_post, repository_remove, password_change, who_answers;

#endif
