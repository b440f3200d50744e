/* Send a reply: its head, and the bytes, file or arriving body, or the requested ranges of them. */
#ifndef HTTP_REPLY_SEND_H
#define HTTP_REPLY_SEND_H

#include <stdbool.h>

struct request;

/* Send the reply, which cannot change afterwards. false: the peer is gone (worth a debug message
 * only). */
bool reply_send(struct request *);

#endif
