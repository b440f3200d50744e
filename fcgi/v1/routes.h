/* The v1 API as a table; paths are those below the URL form's prefix. */
#ifndef V1_ROUTES_H
#define V1_ROUTES_H

#include "responder/api.h"

extern const struct api v1_api;

#endif
