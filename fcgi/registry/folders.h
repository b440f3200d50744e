/* Content of repositories as files and folders: an image is a folder, a tag a folder in it with the
 * file of its manifest. */
#ifndef REGISTRY_FOLDERS_H
#define REGISTRY_FOLDERS_H

#include "db/report.h"
#include "registry/registry.h"

typedef void folder_visitor(void *context, const struct file_report *);

/*
 * Call `visit` for the file of each tag of a local or remote repository, sorted by path and tag.
 * directory: "/PATH" for the files in that directory only, with URIs relative to it, or "". The
 * file is valid during the call.
 *
 * UNAUTHORIZED or DENIED: the principal is not an administrator. NOT_FOUND, perhaps after some
 * calls: no such repository, or no such directory in it.
 */
bool registry_folder_walk(const struct request_scope *, const char *key, const char *directory,
    folder_visitor *visit, void *context, struct error *) MUST_CHECK;

/* A file or a directory of a repository that the principal may read; NULL: not found. path "": the
 * repository itself. */
bool registry_folder_item(const struct request_scope *, const char *key, const char *path,
    struct storage_item **, struct error *) MUST_CHECK;

#endif
