/* openapi.h - docs/openapi.json, built into the program. */
#ifndef HEATNET_SERVE_OPENAPI_H
#define HEATNET_SERVE_OPENAPI_H

#include "base/bytes.h"

struct bytes openapi_document(void);

#endif
