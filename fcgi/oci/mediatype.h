/* Media types that a registry handles. */
#ifndef OCI_MEDIATYPE_H
#define OCI_MEDIATYPE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/error.h"

#define MEDIATYPE_MAX_LENGTH 255

#define MEDIATYPE_JSON "application/json"
#define MEDIATYPE_OCI_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define MEDIATYPE_OCI_INDEX "application/vnd.oci.image.index.v1+json"
#define MEDIATYPE_OCI_ARTIFACT "application/vnd.oci.artifact.manifest.v1+json"
#define MEDIATYPE_OCI_EMPTY "application/vnd.oci.empty.v1+json"
#define MEDIATYPE_DOCKER_MANIFEST "application/vnd.docker.distribution.manifest.v2+json"
#define MEDIATYPE_DOCKER_LIST "application/vnd.docker.distribution.manifest.list.v2+json"
#define MEDIATYPE_DOCKER_SCHEMA1 "application/vnd.docker.distribution.manifest.v1+json"
#define MEDIATYPE_DOCKER_SCHEMA1_SIGNED "application/vnd.docker.distribution.manifest.v1+prettyjws"

#define MEDIATYPE_OCI_CONFIG "application/vnd.oci.image.config.v1+json"
#define MEDIATYPE_DOCKER_CONFIG "application/vnd.docker.container.image.v1+json"
#define MEDIATYPE_OCI_LAYER "application/vnd.oci.image.layer.v1.tar"
#define MEDIATYPE_DOCKER_LAYER "application/vnd.docker.image.rootfs.diff.tar"

/* Copy the type of a Content-Type value without parameters and surrounding blanks, in lower case;
 * MEDIA_TYPE if it violates the grammar of RFC 6838, 4.2. */
bool mediatype_parse(
    char out[MEDIATYPE_MAX_LENGTH + 1], const char *content_type, struct error *) MUST_CHECK;

/* True for the type of a manifest or an index, including schema 1. */
bool mediatype_is_manifest(const char *type);

/* True for the type of a JSON text (RFC 8259, RFC 6839). */
bool mediatype_is_json(const char *type);

/* True if a media type inside a document can be displayed by other clients, and sent in headers. */
bool mediatype_is_printable(const char *) MUST_CHECK;

#endif
