/* credentials.h - the token that a program shows with its request. */
#ifndef HEATNET_SERVE_CREDENTIALS_H
#define HEATNET_SERVE_CREDENTIALS_H

#include "serve/request.h"

/* "Authorization: Bearer T", "Token T" (InfluxDB 2), "Basic base64(any:T)", or p=T in the
 * query (InfluxDB 1).  False: none is shown.  A text that is too long comes out cut, and
 * so is no token. */
bool credentials_read(const struct request *request, char text[TOKEN_TEXT_BYTES]);

#endif
