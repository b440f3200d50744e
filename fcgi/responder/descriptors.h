/* The file descriptors of a worker. */
#ifndef RESPONDER_DESCRIPTORS_H
#define RESPONDER_DESCRIPTORS_H

#include "base/attributes.h"
#include "base/config.h"
#include "base/error.h"

/* Raise the limit of open files to the hard limit; false if that is less than a worker needs when
 * all threads are busy. */
bool descriptors_raise(const struct config *, struct error *) MUST_CHECK;

#endif
