/* The v2 API as a table; paths are those below the URL form's prefix. */
#ifndef V2_ROUTES_H
#define V2_ROUTES_H

#include "responder/api.h"

extern const struct api v2_api;

#endif
