/* clock.c - the only caller of the operating system's clocks. */
#include "base/clock.h"

#include "base/ensure.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

static int64_t now_us(clockid_t which)
{
    struct timespec now;
    ensure(clock_gettime(which, &now) == 0);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void clock_machine(struct clock *clock)
{
    ensure(clock != NULL);
    *clock = (struct clock){.kind = CLOCK_MACHINE, .speed = 1};
}

void clock_scaled(struct clock *clock, int64_t origin_utc_ms, int64_t origin_real_ms,
                  double speed)
{
    ensure(clock != NULL);
    ensure(speed > 0 && isfinite(speed));

    *clock = (struct clock){
        .kind = CLOCK_SCALED,
        .speed = speed,
        .origin_utc_ms = origin_utc_ms,
        .origin_real_ms = origin_real_ms,
    };
}

void clock_hand(struct clock *clock, int64_t utc_ms)
{
    ensure(clock != NULL);

    *clock = (struct clock){.kind = CLOCK_HAND, .speed = 1};
    atomic_store(&clock->hand_ms, utc_ms);
}

int64_t clock_utc_ms(const struct clock *clock)
{
    ensure(clock != NULL);

    switch (clock->kind) {
    case CLOCK_MACHINE: return now_us(CLOCK_REALTIME) / 1000;
    case CLOCK_SCALED: {
        int64_t passed_us = now_us(CLOCK_REALTIME) - clock->origin_real_ms * 1000;
        return clock->origin_utc_ms + (int64_t)((double)passed_us * clock->speed / 1000);
    }
    case CLOCK_HAND: return atomic_load(&clock->hand_ms);
    }
    ensure_failed("the clock was set up", __FILE__, __LINE__);
}

int64_t clock_mono_us(const struct clock *clock)
{
    ensure(clock != NULL);

    switch (clock->kind) {
    case CLOCK_MACHINE: return now_us(CLOCK_MONOTONIC);
    case CLOCK_SCALED: return (int64_t)((double)now_us(CLOCK_MONOTONIC) * clock->speed);
    case CLOCK_HAND: return atomic_load(&clock->hand_ms) * 1000;
    }
    ensure_failed("the clock was set up", __FILE__, __LINE__);
}

int64_t clock_mono_ms(const struct clock *clock)
{
    return clock_mono_us(clock) / 1000;
}

void clock_set(struct clock *clock, int64_t utc_ms)
{
    ensure(clock != NULL);
    ensure(clock->kind == CLOCK_HAND);
    ensure(utc_ms >= atomic_load(&clock->hand_ms));

    atomic_store(&clock->hand_ms, utc_ms);
}

void clock_sleep_until(const struct clock *clock, int64_t mono_ms)
{
    ensure(clock != NULL);
    if (clock->kind == CLOCK_HAND) return;

    /* The scaled clock's monotonic time is the machine's times its speed; rounded up, so
     * that the time has come when we wake. */
    double real_us = ceil((double)mono_ms * 1000 / clock->speed);
    if (real_us <= 0) return;
    int64_t wake_us = (int64_t)real_us;
    struct timespec wake = {
        .tv_sec = (time_t)(wake_us / 1000000),
        .tv_nsec = (long)(wake_us % 1000000 * 1000),
    };
    int failure;
    do {
        failure = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wake, NULL);
    } while (failure == EINTR);
    ensure(failure == 0);
}

bool clock_parse(const char *text, struct clock *clock)
{
    ensure(text != NULL);
    ensure(clock != NULL);

    if (text_equal(text, "machine")) {
        clock_machine(clock);
        return true;
    }
    const char *first = strchr(text, '/');
    const char *second = first ? strchr(first + 1, '/') : NULL;
    if (!second) return false;

    char utc[24], real[24];
    int64_t utc_ms, real_ms;
    double speed;
    if (!text_copy_n(utc, sizeof utc, text, (size_t)(first - text))) return false;
    if (!text_copy_n(real, sizeof real, first + 1, (size_t)(second - first - 1))) {
        return false;
    }
    if (text_to_i64(utc, &utc_ms) || text_to_i64(real, &real_ms)) return false;
    if (text_to_double(second + 1, &speed) || !(speed > 0)) return false;
    clock_scaled(clock, utc_ms, real_ms, speed);
    return true;
}
