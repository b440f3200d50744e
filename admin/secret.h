/* Read a password: from the terminal without echo, or the first line of standard input; never from
 * the arguments. */
#ifndef ADMIN_SECRET_H
#define ADMIN_SECRET_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"

/* On a terminal the password is asked for twice. */
const char *secret_read(struct arena *, bool from_stdin, struct error *);

#endif
