/* meter_bus.h - questions to meters over a line, and how far an answer may be believed.
 *
 * CJ/T 188 and DL/T 645 guard a telegram by an 8-bit sum.  At a bit error rate of 10^-3,
 * one damaged answer in some hundred passes it, and a transparent modem has taken the
 * parity bit away.  So a value is believed at once only when the line has been clean
 * lately and the value is near the last one; otherwise the meter is asked again, and the
 * third time the middle of three values counts.
 *
 *   ask ── line clean, values near the last ──▶ taken
 *    └─ otherwise ask again ── all the same ──▶ taken
 *        └─ otherwise ask a third time ───────▶ of each value the middle one
 *
 * Between two telegrams the line stays idle for 30 ms; a question is asked three times at
 * most (CJ/T 188-2004). */
#ifndef HEATNET_COLLECT_METER_BUS_H
#define HEATNET_COLLECT_METER_BUS_H

#include "base/clock.h"
#include "collect/driver.h"
#include "link/line.h"
#include "wire/telegram.h"

enum { METER_TRIES = 3, METER_IDLE_MS = 30, METER_CLEAN_N = 64, METER_IN_BYTES = 640 };

struct meter_bus {
    struct line *line;
    struct clock clock;
    int64_t timeout_ms; /* to the first byte, where the line does not tell its speed */
    int64_t idle_ms;    /* METER_IDLE_MS */
    int64_t gap_ms;     /* longest silence inside an answer, beside its byte times */
    int64_t quiet_ms;   /* mono: when the last byte came or went */
    uint32_t clean_n;   /* exchanges since the last damaged or missing answer */
    uint8_t in[METER_IN_BYTES];
    size_t in_n;
};

/* A driver's channel, and the rows of its table that are the same for all meters. */
struct driver_channel {
    struct meter_bus bus;
};

MUST_USE err meter_channel_name(const char *address, char name[DRIVER_CHANNEL_BYTES]);
MUST_USE err meter_channel_open(const char *name, uint32_t timeout_ms,
                                struct driver_channel **channel);
void meter_channel_close(struct driver_channel *channel);
struct line *meter_channel_line(struct driver_channel *channel);
/* Whether the line of a device's address is one.  ERR_RANGE: `why` says what is wrong. */
MUST_USE err meter_check_line(const char *address, char *why, size_t why_n);

/* Look at what has come: ERR_OK it is the answer; ERR_SHORT more is needed; ERR_CHECK it
 * is damaged; ERR_REFUSED the device said no. */
typedef err (*meter_accept)(void *context, struct bytes in);

/* One question, one answer.  What `accept` says, or ERR_TIMEOUT, ERR_CHECK (bytes came,
 * but no answer), or the line's. */
MUST_USE err meter_bus_ask(struct meter_bus *bus, struct bytes question,
                           meter_accept accept, void *context);

/* --- points ---------------------------------------------------------------------- */

struct meter_point {
    uint32_t di;
    char name[TELEGRAM_WORD_BYTES]; /* "" = the first value */
    bool has_tariff;
    uint32_t tariff;
    bool converts; /* into `unit`, "" = the unit of the quantity; false: as it comes */
    char unit[TELEGRAM_UNIT_BYTES];
    int8_t bit;        /* -1 = the whole number */
    uint32_t position; /* in the caller's order */
};

/* All points that one answer gives. */
struct meter_group {
    uint32_t point_first, points_n;
    uint16_t wait_polls; /* > 0: refused, asked again when it has come to 0 */
};

struct meter_plan {
    size_t points_n, groups_n;
    struct meter_point *points; /* sorted by di */
    struct meter_group *groups;
    double *last; /* the value believed last, of each point */
    bool *has_last;
    double *tried;      /* 3 x points_n: of the group being read */
    uint8_t *qualities; /* likewise */
};

/* Room for n points; ERR_MEMORY.  The caller fills points[0 .. n) and then calls
 * meter_plan_group. */
MUST_USE err meter_plan_open(size_t n, struct meter_plan *plan);
void meter_plan_close(struct meter_plan *plan);
void meter_plan_group(struct meter_plan *plan);

/* Asks for `di`, three times if need be, and decodes; values in `arena`.  ERR_REFUSED:
 * the device said no. */
typedef err (*meter_question)(void *context, uint32_t di, struct arena *arena,
                              struct telegram *telegram);

/* A driver's read. */
MUST_USE err meter_plan_read(struct meter_plan *plan, struct meter_bus *bus,
                             meter_question ask, void *context,
                             struct driver_reading *out);

#endif
