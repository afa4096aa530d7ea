/* meter_bus.c - one question and its answer within their time. */
#include "collect/meter_bus.h"

#include "base/ensure.h"

#include <string.h>

/* CJ/T 188: the answer begins within 500 ms and 30 byte times.  Inside an answer the
 * bytes follow each other, but for what gateways and modems make of it. */
enum { FIRST_MS = 500, FIRST_BYTES = 30, GAP_MS = 300, GAP_BYTES = 20, WHOLE_MS = 4000 };

err meter_bus_open(const char *line_name, uint32_t timeout_ms, struct meter_bus *bus)
{
    memset(bus, 0, sizeof *bus);
    clock_machine(&bus->clock);
    bus->timeout_ms = timeout_ms;
    bus->idle_ms = METER_IDLE_MS;
    bus->gap_ms = GAP_MS;
    bus->clean_n = METER_CLEAN_N;
    return line_open(line_name, &bus->line);
}

void meter_bus_close(struct meter_bus *bus)
{
    line_close(bus->line);
    bus->line = NULL;
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
        if (e) return e == ERR_TIMEOUT && bus->in_n ? ERR_CHECK : e;
        bus->in_n += got;
        e = accept(context, (struct bytes){bus->in, bus->in_n});
        deadline_ms = line_deadline(bus->line, gap_ms);
        if (deadline_ms > end_ms) deadline_ms = end_ms;
    }
    return e;
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
    bus->quiet_ms = clock_mono_ms(&bus->clock);
    bool is_clean = e == ERR_OK || e == ERR_REFUSED;
    if (!is_clean) bus->clean_n = 0;
    if (is_clean && bus->clean_n < METER_CLEAN_N) bus->clean_n++;
    return e;
}
