/* peer.h - who is at the other end of a connection. */
#ifndef HEATNET_SERVE_PEER_H
#define HEATNET_SERVE_PEER_H

#include "serve/request.h"

/* TLS: verify the client's certificate against our authority, once a connection; sets
 * trusted, terminal and print. */
void peer_ask_certificate(struct peer *peer, struct MHD_Connection *connection);
/* Local socket: trusted when the process at the other end runs as our user or root. */
void peer_ask_user(struct peer *peer, struct MHD_Connection *connection);

#endif
