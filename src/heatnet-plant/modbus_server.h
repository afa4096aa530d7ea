/* modbus_server.h - 25 Modbus TCP ports on loopback, several clients each.
 *
 * Own MBAP framing instead of libmodbus: modbus_receive() waits for the rest of a
 * half-sent request and modbus_reply() for room in the peer's window, so one slow or
 * hostile client would hold up the physics and the other 24 devices.  Here every socket
 * is non-blocking; a client that does not read its answer is not read from; one that
 * sends no MBAP header is closed. A port serves PORT_CLIENTS_MAX clients; one more
 * replaces the one that was quiet longest. */
#ifndef HEATNET_PLANT_MODBUS_SERVER_H
#define HEATNET_PLANT_MODBUS_SERVER_H

#include "base/clock.h"
#include "heatnet-plant/devices.h"
#include "heatnet-plant/loop.h"

enum { PORT_CLIENTS_MAX = 32 };

struct modbus_server;

struct modbus_server_settings {
    uint16_t port_base;     /* the source's; 0 = any free ports */
    const char *served_log; /* file to append to, NULL = none */
};

/* `plant` and `loop` must outlive it.  ERR_BUSY when a port is taken (said on stderr),
 * ERR_MEMORY, ERR_IO. */
MUST_USE err modbus_server_open(struct modbus_server_settings settings,
                                struct plant *plant, struct loop *loop,
                                struct modbus_server **server);
void modbus_server_close(struct modbus_server *server); /* NULL is allowed */

uint16_t modbus_server_port(const struct modbus_server *server, unsigned port_i);
unsigned modbus_server_clients_n(const struct modbus_server *server);
uint64_t modbus_server_requests_n(const struct modbus_server *server);

#endif
