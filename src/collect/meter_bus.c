/* meter_bus.c - one question and its answer within their time. */
#include "collect/meter_bus.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"

#include <string.h>

/* CJ/T 188: the answer begins within 500 ms and 30 byte times.  Inside an answer the
 * bytes follow each other, but for what gateways and modems make of it. */
enum { FIRST_MS = 500, FIRST_BYTES = 30, GAP_MS = 300, GAP_BYTES = 20, WHOLE_MS = 4000 };

err meter_channel_name(const char *address, char name[DRIVER_CHANNEL_BYTES])
{
    const char *rest;
    return line_split(address, name, &rest);
}

err meter_channel_open(const char *name, uint32_t timeout_ms,
                       struct driver_channel **channel)
{
    struct driver_channel *c = memory_new(1, sizeof *c);
    if (!c) return ERR_MEMORY;
    clock_machine(&c->bus.clock);
    c->bus.timeout_ms = timeout_ms;
    c->bus.idle_ms = METER_IDLE_MS;
    c->bus.gap_ms = GAP_MS;
    c->bus.clean_n = METER_CLEAN_N;
    err e = line_open(name, &c->bus.line);
    if (e)
        meter_channel_close(c);
    else
        *channel = c;
    return e;
}

void meter_channel_close(struct driver_channel *c)
{
    if (!c) return;
    line_close(c->bus.line);
    memory_free(c);
}

struct line *meter_channel_line(struct driver_channel *c)
{
    return c->bus.line;
}

err meter_check_line(const char *address, char *why, size_t why_n)
{
    char line[LINE_NAME_BYTES];
    const char *rest;

    err e = line_split(address, line, &rest);
    return e ? e : line_check(line, why, why_n);
}

static int64_t bytes_ms(const struct meter_bus *bus, size_t n)
{
    return (int64_t)(line_byte_us(bus->line) * n / 1000);
}

static int64_t first_ms(const struct meter_bus *bus, size_t question_n)
{
    if (line_byte_us(bus->line) == 0) return bus->timeout_ms;
    int64_t most = FIRST_MS + bytes_ms(bus, FIRST_BYTES + question_n);
    return most > bus->timeout_ms ? most : bus->timeout_ms;
}

static err receive(struct meter_bus *bus, int64_t first_deadline_ms, meter_accept accept,
                   void *context)
{
    int64_t gap_ms = bus->gap_ms + bytes_ms(bus, GAP_BYTES);
    int64_t end_ms = first_deadline_ms + WHOLE_MS + bytes_ms(bus, METER_IN_BYTES);
    int64_t deadline_ms = first_deadline_ms;
    err e = ERR_SHORT;

    while (e == ERR_SHORT) {
        size_t got = 0;
        if (bus->in_n == sizeof bus->in) return ERR_CHECK;
        e = line_receive(bus->line, bus->in + bus->in_n, sizeof bus->in - bus->in_n,
                         deadline_ms, &got);
        if (e) return e;
        bus->in_n += got;
        e = accept(context, (struct bytes){bus->in, bus->in_n});
        deadline_ms = line_deadline(bus->line, gap_ms);
        if (deadline_ms > end_ms) deadline_ms = end_ms;
    }
    return e;
}

/* Nothing but our own question, as it comes back on a two-wire line. */
static bool is_echo(const struct meter_bus *bus, struct bytes question)
{
    return bus->in_n <= question.n &&
           memcmp(bus->in, question.at + question.n - bus->in_n, bus->in_n) == 0;
}

err meter_bus_ask(struct meter_bus *bus, struct bytes question, meter_accept accept,
                  void *context)
{
    ensure(bus && accept);

    clock_sleep_until(&bus->clock, bus->quiet_ms + bus->idle_ms);
    bus->in_n = 0;
    int64_t first = first_ms(bus, question.n);
    err e = line_send(bus->line, question, line_deadline(bus->line, first));
    if (!e) e = receive(bus, line_deadline(bus->line, first), accept, context);
    if (e == ERR_TIMEOUT && !is_echo(bus, question)) e = ERR_CHECK;
    bus->quiet_ms = clock_mono_ms(&bus->clock);
    bool is_clean = e == ERR_OK || e == ERR_REFUSED;
    if (!is_clean) bus->clean_n = 0;
    if (is_clean && bus->clean_n < METER_CLEAN_N) bus->clean_n++;
    return e;
}
