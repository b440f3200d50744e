/* The handlers that the table of routes names, by the file that holds them. */
#ifndef REST_HANDLERS_H
#define REST_HANDLERS_H

#include "http/router.h"

route_handler rest_welcome, rest_system_ping, rest_system_version, rest_system_usage,
    rest_storage_info, rest_storage_repository, rest_storage_path, rest_repositories_list,
    rest_repositories_configurations, rest_repository_get, rest_repository_put,
    rest_repository_post, rest_repository_remove, rest_password_change, rest_who_answers;

#endif
