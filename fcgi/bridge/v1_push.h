/* Pushing v1 images; each function first checks the rights of the principal. Names as in
 * v1_pull.h. */
#ifndef BRIDGE_V1_PUSH_H
#define BRIDGE_V1_PUSH_H

#include "db/v1_push.h"
#include "registry/session.h"

/* Find the push target of the name; DENIED if the principal may not do the action there. */
bool bridge_v1_target_require(struct request_scope *, const char *name, int action, struct target *,
    struct error *) MUST_CHECK;
/* CONFLICT "Image already exists"; BAD_REQUEST if the JSON has another id, or a parent that does
 * not exist. */
bool bridge_v1_json_push(struct request_scope *, const char *name, const struct digest *id,
    struct bytes json, struct error *) MUST_CHECK;

struct v1_layer_push; /* being uploaded; lives with the arena */
/* Write the bytes into the session, then end it. NOT_FOUND without a JSON, CONFLICT. */
bool bridge_v1_layer_start(struct request_scope *, const char *name, const struct digest *id,
    struct v1_layer_push **, struct session **, struct error *) MUST_CHECK;
bool bridge_v1_layer_end(struct v1_layer_push *, struct error *) MUST_CHECK;

/* The checksum of the payload makes the image visible. BAD_REQUEST if it differs or the layer is
 * missing; CONFLICT, NOT_FOUND. */
bool bridge_v1_checksum_push(struct request_scope *, const char *name, const struct digest *id,
    const struct digest *payload, const char *tarsum, struct error *) MUST_CHECK;
bool bridge_v1_tag_push(struct request_scope *, const char *name, const char *tag,
    const struct digest *id, const char *agent, struct error *) MUST_CHECK;
/* tag NULL: delete all tags; images stay. NOT_FOUND. */
bool bridge_v1_tags_delete(
    struct request_scope *, const char *name, const char *tag, struct error *) MUST_CHECK;

#endif
