/* gate.h - who may pass: host, route, right, token, size - before a body is read. */
#ifndef HEATNET_SERVE_GATE_H
#define HEATNET_SERVE_GATE_H

#include "serve/request.h"

#include <stdbool.h>

#define SESSION_COOKIE "heatnet_session"

/* False: the request has its answer already.  True: request->route is set and the person
 * or terminal has the route's right. */
bool gate_pass(struct request *request, const char *method);

#endif
