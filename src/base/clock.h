/* clock.h - time as an argument.  Only this module asks the operating system.
 *
 * A `struct clock` is handed to whoever depends on time.  Three kinds: the machine's own;
 * scaled (runs `speed` times faster than life from an agreed origin, so that two programs
 * given the same origin agree); by hand (moved by its owner: tests, and filling history).
 * UTC is for records, monotonic for intervals. */
#ifndef HEATNET_BASE_CLOCK_H
#define HEATNET_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

enum clock_kind { CLOCK_MACHINE, CLOCK_SCALED, CLOCK_HAND };

struct clock {
    enum clock_kind kind;
    double speed;            /* scaled: clock seconds per real second */
    int64_t origin_utc_ms;   /* scaled: UTC shown at ... */
    int64_t origin_real_ms;  /* ... this real UTC */
    _Atomic int64_t hand_ms; /* by hand: now */
};

void clock_machine(struct clock *clock);
void clock_scaled(struct clock *clock, int64_t origin_utc_ms, int64_t origin_real_ms,
                  double speed);
void clock_hand(struct clock *clock, int64_t utc_ms);

/* UTC in milliseconds since 1970. */
int64_t clock_utc_ms(const struct clock *clock);
/* Never goes back; the zero is arbitrary.  A hand clock's is its UTC. */
int64_t clock_mono_ms(const struct clock *clock);
int64_t clock_mono_us(const struct clock *clock);
/* Move a hand clock; never backwards for monotonic readers (ensured). */
void clock_set(struct clock *clock, int64_t utc_ms);

/* Sleep until the clock's monotonic time is reached (a scaled clock sleeps shorter; a
 * hand clock returns at once). */
void clock_sleep_until(const struct clock *clock, int64_t mono_ms);

/* "machine", or "ORIGIN_UTC_MS/ORIGIN_REAL_MS/SPEED"; false when it is neither. */
bool clock_parse(const char *text, struct clock *clock);

#endif
