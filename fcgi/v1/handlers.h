/* The handlers that the table of routes names, by the file that holds them. */
#ifndef V1_HANDLERS_H
#define V1_HANDLERS_H

#include "http/router.h"

/* index.c */
bool v1_ping(struct request *, struct error *);
bool repository_put(struct request *, struct error *);
bool repository_images(struct request *, struct error *);
bool repository_images_put(struct request *, struct error *);
bool repository_images_delete(struct request *, struct error *);
bool repository_auth(struct request *, struct error *);
bool repository_properties(struct request *, struct error *);
bool repository_properties_put(struct request *, struct error *);
/* images.c */
bool image_json_get(struct request *, struct error *);
bool image_json_put(struct request *, struct error *);
bool image_ancestry(struct request *, struct error *);
bool image_layer_get(struct request *, struct error *);
bool image_layer_put(struct request *, struct error *);
bool image_checksum_put(struct request *, struct error *);
/* tags.c */
bool tags_get(struct request *, struct error *);
bool tags_delete(struct request *, struct error *);
bool tag_get(struct request *, struct error *);
bool tag_put(struct request *, struct error *);
bool tag_delete(struct request *, struct error *);
bool tag_json(struct request *, struct error *);
bool repository_json(struct request *, struct error *);
/* search.c */
bool v1_search(struct request *, struct error *);
/* users.c */
bool users_get(struct request *, struct error *);
bool users_post(struct request *, struct error *);

#endif
