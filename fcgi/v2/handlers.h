/* The handlers that the table of routes names, by the file that holds them. */
#ifndef V2_HANDLERS_H
#define V2_HANDLERS_H

#include "http/router.h"

/* base.c */
bool v2_base(struct request *, struct error *);
/* token.c */
bool v2_token(struct request *, struct error *);
/* catalog.c */
bool v2_catalog(struct request *, struct error *);
/* tags.c */
bool tags_list(struct request *, struct error *);
/* referrers.c */
bool referrers_list(struct request *, struct error *);
/* manifests.c */
bool manifest_get(struct request *, struct error *);
bool manifest_put(struct request *, struct error *);
bool manifest_delete(struct request *, struct error *);
/* blobs.c */
bool blob_get(struct request *, struct error *);
bool blob_delete(struct request *, struct error *);
/* promote.c */
bool v2_promote(struct request *, struct error *);
/* uploads.c */
bool upload_start(struct request *, struct error *);
bool upload_status(struct request *, struct error *);
bool upload_append(struct request *, struct error *);
bool upload_finish(struct request *, struct error *);
bool upload_cancel(struct request *, struct error *);
/* The name that a mount is requested from, as this key knows it; NULL: not a mount, or a name under
 * another key. */
const char *upload_mount_source(struct request *);
/* May the body of this push be sent, according to its header? */
bool upload_admit(struct request *, struct error *);

#endif
