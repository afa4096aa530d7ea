/* modbus_exchange.c - see the header. */
#include "collect/modbus_exchange.h"

#include "base/clock.h"
#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "wire/modbus_rtu.h"
#include "wire/modbus_tcp.h"

enum { RTU_BYTES_LOOKED_AT = 1024 };

err modbus_channel_open(const char *line, bool is_rtu, uint32_t timeout_ms,
                        struct driver_channel **channel)
{
    struct driver_channel *c = memory_new(1, sizeof *c);
    if (!c) return ERR_MEMORY;
    err e = line_open(line, &c->line);
    if (e) {
        memory_free(c);
        return e;
    }
    c->is_rtu = is_rtu;
    c->timeout_ms = timeout_ms;
    if (!is_rtu) line_tagged(c->line);
    *channel = c;
    return ERR_OK;
}

void modbus_channel_close(struct driver_channel *c)
{
    if (!c) return;
    line_close(c->line);
    memory_free(c);
}

static size_t encode(struct driver_channel *c, const struct modbus_ask *ask,
                     uint8_t out[MODBUS_TCP_BYTES_MAX])
{
    return c->is_rtu ? modbus_rtu_encode(ask, out)
                     : modbus_tcp_encode(ask, ++c->transaction, out);
}

static err decode(struct driver_channel *c, const struct modbus_ask *ask, struct bytes in,
                  struct bytes *data)
{
    return c->is_rtu ? modbus_rtu_decode(ask, in, data, &c->exception)
                     : modbus_tcp_decode(ask, c->transaction, in, data, &c->exception);
}

static void take(struct driver_channel *c, const struct modbus_ask *ask,
                 struct bytes data)
{
    if (data.n == 0) return;
    if (modbus_is_bits(ask->function))
        modbus_take_bits(data, ask->count, c->values);
    else
        modbus_take_registers(data, ask->count, c->values);
}

/* Bytes until they make the whole answer. */
static err receive(struct driver_channel *c, const struct modbus_ask *ask,
                   int64_t deadline_ms)
{
    uint8_t bytes[RTU_BYTES_LOOKED_AT];
    struct bytes data = {0};
    size_t room = c->is_rtu ? sizeof bytes : MODBUS_TCP_BYTES_MAX, n = 0, got = 0;
    err e = ERR_SHORT;

    while (e == ERR_SHORT) {
        if (n == room) return ERR_FRAME;
        e = line_receive(c->line, bytes + n, room - n, deadline_ms, &got);
        if (e == ERR_TIMEOUT && n > 0) return ERR_FRAME; /* not silent, but garbled */
        if (e) return e;
        n += got;
        e = decode(c, ask, (struct bytes){bytes, n}, &data);
    }
    if (!e) take(c, ask, data);
    return e;
}

/* On a serial line the time to carry the bytes comes on top. */
static int64_t deadline_of(const struct driver_channel *c, uint32_t timeout_ms)
{
    int64_t bytes_us = 2LL * MODBUS_TCP_BYTES_MAX * line_byte_us(c->line);
    return line_deadline(c->line, timeout_ms + bytes_us / 1000);
}

static err ask_once(struct driver_channel *c, const struct modbus_ask *ask,
                    uint32_t timeout_ms)
{
    uint8_t bytes[MODBUS_TCP_BYTES_MAX];
    int64_t deadline_ms = deadline_of(c, timeout_ms);
    size_t n = encode(c, ask, bytes);

    c->exception = 0;
    err e = line_send(c->line, (struct bytes){bytes, n}, deadline_ms);
    c->is_away = e != ERR_OK;
    if (e) return e;
    c->requests_n++;
    e = receive(c, ask, deadline_ms);
    if (e == ERR_FRAME) line_hang_up(c->line);
    return e;
}

static err meaning(const struct driver_channel *c, err e, char error[DRIVER_ERROR_BYTES])
{
    uint8_t exception = c->exception;
    const char *text = exception ? modbus_exception_text(exception) : err_text(e);

    if (e == ERR_OK) return ERR_OK;
    (void)text_format(error, DRIVER_ERROR_BYTES, "%s%s",
                      c->is_away ? "no connection: " : "", text);
    if (!exception) return e;
    if (exception == MODBUS_GATEWAY_NO_PATH || exception == MODBUS_GATEWAY_NO_TARGET)
        return ERR_TIMEOUT;
    if (exception == MODBUS_ILLEGAL_ADDRESS || exception == MODBUS_ILLEGAL_VALUE)
        return ERR_RANGE;
    return ERR_DENIED;
}

static void rest(const struct driver_channel *c, uint32_t pause_ms)
{
    struct clock clock;

    if (!pause_ms) return;
    clock_machine(&clock);
    clock_sleep_until(&clock, line_deadline(c->line, pause_ms));
}

err modbus_ask(struct driver_channel *c, const struct modbus_ask *ask,
               const struct modbus_limits *limits, bool retry_silence,
               char error[DRIVER_ERROR_BYTES])
{
    ensure(c && ask && limits && error);

    uint32_t timeout_ms = limits->timeout_ms ? limits->timeout_ms : c->timeout_ms;
    uint32_t left = limits->retries;
    err e;

    for (;;) {
        e = ask_once(c, ask, timeout_ms);
        bool again = e == ERR_FRAME || (e == ERR_TIMEOUT && retry_silence);
        if (!again || left-- == 0) break;
    }
    rest(c, limits->pause_ms);
    return meaning(c, e, error);
}
