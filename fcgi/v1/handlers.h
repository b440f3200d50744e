/* The handlers that the table of routes names, by the file that holds them. */
#ifndef V1_HANDLERS_H
#define V1_HANDLERS_H

#include "http/router.h"

/* index.c */
bool v1_ping(struct request *, struct error *);
bool v1_repository_put(struct request *, struct error *);
bool v1_repository_images(struct request *, struct error *);
bool v1_repository_images_put(struct request *, struct error *);
bool v1_repository_images_delete(struct request *, struct error *);
bool v1_repository_auth(struct request *, struct error *);
bool v1_repository_properties(struct request *, struct error *);
bool v1_repository_properties_put(struct request *, struct error *);
/* images.c */
bool v1_image_json_get(struct request *, struct error *);
bool v1_image_json_put(struct request *, struct error *);
bool v1_image_ancestry(struct request *, struct error *);
bool v1_image_layer_get(struct request *, struct error *);
bool v1_image_layer_put(struct request *, struct error *);
bool v1_image_checksum_put(struct request *, struct error *);
/* tags.c */
bool v1_tags_get(struct request *, struct error *);
bool v1_tags_delete(struct request *, struct error *);
bool v1_tag_get(struct request *, struct error *);
bool v1_tag_put(struct request *, struct error *);
bool v1_tag_delete(struct request *, struct error *);
bool v1_tag_json(struct request *, struct error *);
bool v1_repository_json(struct request *, struct error *);
/* search.c */
bool v1_search(struct request *, struct error *);
/* users.c */
bool v1_users_get(struct request *, struct error *);
bool v1_users_post(struct request *, struct error *);

#endif
