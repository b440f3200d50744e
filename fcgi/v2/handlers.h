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
bool v2_tags_list(struct request *, struct error *);
/* referrers.c */
bool v2_referrers_list(struct request *, struct error *);
/* manifests.c */
bool v2_manifest_get(struct request *, struct error *);
bool v2_manifest_put(struct request *, struct error *);
bool v2_manifest_delete(struct request *, struct error *);
/* blobs.c */
bool v2_blob_get(struct request *, struct error *);
bool v2_blob_delete(struct request *, struct error *);
/* promote.c */
bool v2_promote(struct request *, struct error *);
/* uploads.c */
bool v2_upload_start(struct request *, struct error *);
bool v2_upload_status(struct request *, struct error *);
bool v2_upload_append(struct request *, struct error *);
bool v2_upload_finish(struct request *, struct error *);
bool v2_upload_cancel(struct request *, struct error *);
/* The name that a mount is requested from, as this key knows it; NULL: not a mount, or a name under
 * another key. */
const char *v2_upload_mount_source(struct request *);
/* May the body of this push be sent, according to its header? */
bool v2_upload_admit(struct request *, struct error *);

#endif
