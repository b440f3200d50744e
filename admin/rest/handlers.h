/* The handlers that the table of routes names, by the file that holds them. */
#ifndef REST_HANDLERS_H
#define REST_HANDLERS_H

#include "http/router.h"

route_handler welcome, system_ping, system_version, system_usage, storage_info, storage_repository,
    storage_path, repositories_list, repositories_configurations, repository_get, repository_put,
    repository_post, repository_remove, password_change, who_answers;

#endif
