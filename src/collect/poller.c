/* poller.c - the workers; what they gathered is handed out in poller_take.c. */
#include "collect/poller.h"

#include "base/ensure.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "collect/poller_internal.h"
#include "link/line.h"
#include "model/quality.h"

#include <math.h>
#include <string.h>

enum { WAIT_MS_MAX = 1000, JUMP_MS = 1000, LATE_MS_MAX = 1000, SILENT_CYCLES = 3 };

/* --- one device ------------------------------------------------------------------ */

/* The due time, unless reading began too late to call it that. */
static int64_t sample_time(const struct poll_device *d, int64_t due_ms, int64_t began_ms)
{
    int64_t late_max = d->config->cycle_ms / 2;

    if (late_max > LATE_MS_MAX) late_max = LATE_MS_MAX;
    int64_t late = began_ms - due_ms;
    return late >= 0 && late <= late_max ? due_ms : began_ms;
}

static void convert(struct poll_device *d, int64_t utc_ms)
{
    for (size_t i = 0; i < d->columns_n; i++) {
        struct poll_rule *r = &d->rules[i];
        uint8_t quality = d->reading.qualities[i];
        double value = scale_value(&r->scale, d->reading.values[i]);
        if (quality_has_value(quality) && !isfinite(value))
            quality = QUALITY_NOT_A_NUMBER;
        quality = validate_sample(&r->rule, &r->state, utc_ms, value, quality);
        d->reading.values[i] = quality_has_value(quality) ? value : NAN;
        d->reading.qualities[i] = quality;
    }
}

/* After all columns: a neighbour that is out of range says nothing. */
static void correlate(struct poll_device *d, int64_t utc_ms)
{
    const struct correlation_row row = {d->reading.values, d->reading.qualities, utc_ms};
    struct correlation_verdict verdict;

    for (size_t i = 0; i < d->checks_n; i++) {
        struct poll_check *check = &d->checks[i];
        if (!correlation_broken(&check->rule, check->column, &row, &check->reg, &verdict))
            continue;
        uint8_t *quality = &d->reading.qualities[check->column];
        uint8_t worse = correlation_quality(check->rule.kind);
        if (worse > *quality) *quality = worse;
    }
}

static void add_row(struct poller *p, struct poll_device *d, int64_t utc_ms)
{
    bool clock_wrong = d->rows_n > 0 && utc_ms < d->times_ms[d->rows_n - 1];
    size_t at = d->rows_n * d->columns_n;

    /* A clock that was set back: times of a block never fall. */
    d->times_ms[d->rows_n] = clock_wrong ? d->times_ms[d->rows_n - 1] : utc_ms;
    for (size_t i = 0; i < d->columns_n; i++) {
        uint8_t quality = d->reading.qualities[i];
        d->values[at + i] = d->reading.values[i];
        d->qualities[at + i] =
            clock_wrong && quality_is_good(quality) ? QUALITY_CLOCK : quality;
    }
    d->rows_n++;
    if (p->rows_n++ == 0) p->rows_since_ms = clock_mono_ms(p->options.clock);
}

/* A row with a time of its own, which may be before the last one's. */
static void add_taken_row(struct poller *p, struct poll_device *d, int64_t utc_ms)
{
    size_t at = d->rows_n * d->columns_n;

    d->times_ms[d->rows_n++] = utc_ms;
    memcpy(d->values + at, d->reading.values, d->columns_n * sizeof d->values[0]);
    memcpy(d->qualities + at, d->reading.qualities, d->columns_n);
    if (p->rows_n++ == 0) p->rows_since_ms = clock_mono_ms(p->options.clock);
}

static void note_change(struct poll_device *d, enum device_state state, int64_t utc_ms)
{
    static const char *const words[] = {"none", "online", "partial", "offline"};
    bool good_start = state == DEVICE_ONLINE && d->state == DEVICE_STATE_NONE;
    enum log_level level = good_start               ? LOG_DEBUG
                           : state == DEVICE_ONLINE ? LOG_INFO
                                                    : LOG_WARNING;

    d->changed = true;
    d->since_ms = utc_ms;
    d->state = state;
    log_event(level, "collect", "device_state", "device=%s state=%s error=\"%s\"",
              d->config->code, words[state], d->error);
}

static void note_poll(struct poll_device *d, err e, int64_t utc_ms, uint32_t response_ms)
{
    enum device_state state = e                                   ? DEVICE_OFFLINE
                              : d->reading.good_n == d->columns_n ? DEVICE_ONLINE
                                                                  : DEVICE_PARTIAL;

    if (state == DEVICE_PARTIAL && !d->reading.error[0])
        (void)text_format(d->error, sizeof d->error, "%zu of %zu points have no value",
                          d->columns_n - d->reading.good_n, d->columns_n);
    else
        (void)text_copy(d->error, sizeof d->error,
                        state == DEVICE_ONLINE ? "" : d->reading.error);
    if (state != d->state) note_change(d, state, utc_ms);
    d->polls++;
    d->failures += e != ERR_OK;
    if (e) return;
    d->answered_ms = utc_ms;
    d->response_ms = response_ms;
}

/* Another protocol's turn on the same line: a serial port is let go. */
static struct poll_channel *turn_to(struct poll_bus *bus, struct poll_channel *channel)
{
    if (bus->served && bus->served != channel && bus->served->line)
        line_hang_up(bus->served->line);
    bus->served = channel;
    return channel;
}

/* The state of a device that speaks by itself: with good rows it is online, and again
 * when only the connection was gone; that it says nothing is no news. */
static void note_rows(struct poller *p, struct poll_device *d, err e, bool any_good)
{
    bool is_gone = e && d->state != DEVICE_OFFLINE;
    bool is_back = !e && d->state == DEVICE_OFFLINE && d->answered_ms;
    int64_t answered_ms = d->answered_ms;

    if (!any_good && !is_gone && !is_back) return;
    d->reading.good_n = d->columns_n; /* who reports what has changed is not partial */
    note_poll(d, e, clock_utc_ms(p->options.clock), 0);
    if (!any_good) d->answered_ms = answered_ms;
    if (p->rows_n == 0) p->rows_since_ms = clock_mono_ms(p->options.clock);
    p->has_news = true;
    p->polls++;
    p->failures += is_gone;
}

/* What a device said by itself since the last look.  Called with the lock taken; the
 * driver does not wait for anybody. */
static void take_rows(struct poller *p, struct poll_device *d)
{
    const struct clock *clock = p->options.clock;
    bool any_good = false, any = false;
    int64_t utc_ms;

    err e = d->driver->read(d->channel->channel, d->plan, &d->reading);
    while (d->rows_n < d->rows_max && d->driver->take(d->plan, &d->reading, &utc_ms)) {
        any = true;
        any_good = any_good || d->reading.good_n > 0;
        convert(d, utc_ms);
        add_taken_row(p, d, utc_ms);
    }
    if (any) d->heard_ms = clock_mono_ms(clock);
    int64_t silent_ms = clock_mono_ms(clock) - d->heard_ms;
    bool is_silent = !e && silent_ms > SILENT_CYCLES * (int64_t)d->config->cycle_ms;
    if (is_silent)
        (void)text_format(d->reading.error, sizeof d->reading.error,
                          "nothing has come for %lld s", (long long)(silent_ms / 1000));
    note_rows(p, d, e ? e : is_silent ? ERR_TIMEOUT : ERR_OK, any_good);
}

/* Called with the lock taken, which is given while the device is asked. */
static void poll_item(struct poller *p, uint32_t item)
{
    struct poll_device *d = p->polled[item];
    const struct schedule_item *due = &p->schedule.items[item];
    int64_t due_ms = due->due_ms;
    const struct clock *clock = p->options.clock;

    if (d->driver->take) {
        take_rows(p, d);
        schedule_polled(&p->schedule, item, true, clock_utc_ms(clock));
        return;
    }
    if (d->rows_n == d->rows_max) {
        p->missed++;
        schedule_polled(&p->schedule, item, true, clock_utc_ms(clock));
        return;
    }
    struct poll_channel *channel = turn_to(&p->buses[due->channel], d->channel);
    lock_give(&p->lock);
    int64_t began_ms = clock_utc_ms(clock), began_us = clock_mono_us(clock);
    err e = d->driver->read(channel->channel, d->plan, &d->reading);
    int64_t took_ms = (clock_mono_us(clock) - began_us) / 1000;
    int64_t utc_ms = sample_time(d, due_ms, began_ms);
    if (!d->reading.left_alone) {
        convert(d, utc_ms);
        correlate(d, utc_ms);
    }
    lock_take(&p->lock);
    if (!d->reading.left_alone) {
        add_row(p, d, utc_ms);
        note_poll(d, e, utc_ms, (uint32_t)took_ms);
    }
    p->polls++;
    p->failures += e != ERR_OK;
    schedule_polled(&p->schedule, item, !e, clock_utc_ms(clock));
}

/* --- workers --------------------------------------------------------------------- */

static void serve(struct poller *p, uint32_t channel)
{
    bool doubtful = schedule_is_doubtful(&p->schedule, channel);
    uint32_t item = 0;

    p->doubtful_n += doubtful;
    while (!p->stopping && schedule_next_item(&p->schedule, channel,
                                              clock_utc_ms(p->options.clock), &item))
        poll_item(p, item);
    p->doubtful_n -= doubtful;
    schedule_give(&p->schedule, channel);
}

/* The clock was set: do not wait an hour for a due time that moved, nor poll a day at
 * once. */
static void look_for_jump(struct poller *p, int64_t now_ms)
{
    const struct clock *clock = p->options.clock;
    int64_t offset = now_ms - clock_mono_ms(clock);
    int64_t moved = offset - p->clock_offset_ms;

    if (clock->kind != CLOCK_MACHINE || (moved < JUMP_MS && moved > -JUMP_MS)) return;
    p->clock_offset_ms = offset;
    schedule_realign(&p->schedule, now_ms);
    log_event(LOG_WARNING, "collect", "clock_jumped", "ms=%lld", (long long)moved);
}

/* Real milliseconds until the next channel is due. */
static int64_t wait_ms(const struct poller *p, int64_t now_ms)
{
    const struct clock *clock = p->options.clock;
    int64_t next = schedule_next_ms(&p->schedule);

    if (clock->kind == CLOCK_HAND || next == INT64_MAX) return WAIT_MS_MAX;
    int64_t left = next - now_ms;
    if (clock->kind == CLOCK_SCALED && clock->speed > 0)
        left = (int64_t)((double)left / clock->speed);
    if (left < 1) return 1; /* due, but left to others: doubtful */
    return left < WAIT_MS_MAX ? left : WAIT_MS_MAX;
}

static void *worker_run(void *context)
{
    struct poller *p = context;
    uint32_t channel = 0, doubtful_max = p->options.workers_n / 2;

    if (doubtful_max == 0) doubtful_max = 1;
    lock_take(&p->lock);
    while (!p->stopping) {
        int64_t now_ms = clock_utc_ms(p->options.clock);
        look_for_jump(p, now_ms);
        bool doubtful = p->doubtful_n < doubtful_max;
        if (!schedule_take(&p->schedule, now_ms, doubtful, &channel)) {
            signal_all(&p->ready);
            (void)signal_wait_ms(&p->due, &p->lock, wait_ms(p, now_ms));
            continue;
        }
        if (schedule_next_ms(&p->schedule) <= now_ms) signal_all(&p->due);
        serve(p, channel);
    }
    lock_give(&p->lock);
    return NULL;
}

/* --- life ------------------------------------------------------------------------ */

err poller_open(const struct configuration *configuration,
                const struct poller_options *options, struct poller **poller)
{
    ensure(configuration && options && poller);
    ensure(options->workers_n >= 1 && options->workers_n <= POLLER_WORKERS_MAX);

    struct poller *p = memory_new(1, sizeof *p);
    if (!p) return ERR_MEMORY;
    p->options = *options;
    lock_open(&p->lock);
    signal_open(&p->due);
    signal_open(&p->ready);
    p->clock_offset_ms = clock_utc_ms(options->clock) - clock_mono_ms(options->clock);
    err e = poller_make(p, configuration);
    for (uint32_t i = 0; i < options->workers_n && !e; i++)
        e = thread_start(&p->workers[i], "poll", worker_run, p);
    if (e)
        poller_close(p);
    else
        *poller = p;
    return e;
}

void poller_close(struct poller *p)
{
    if (!p) return;
    lock_take(&p->lock);
    p->stopping = true;
    signal_all(&p->due);
    signal_all(&p->ready);
    lock_give(&p->lock);
    for (uint32_t i = 0; i < p->options.workers_n; i++) thread_join(&p->workers[i]);
    poller_unmake(p);
    signal_close(&p->due);
    signal_close(&p->ready);
    lock_close(&p->lock);
    memory_free(p);
}

static bool is_busy(const struct poller *p)
{
    return schedule_any_served(&p->schedule) ||
           schedule_next_ms(&p->schedule) <= clock_utc_ms(p->options.clock);
}

bool poller_wait(struct poller *p, int64_t age_ms, int64_t timeout_ms)
{
    const struct clock *clock = p->options.clock;
    bool in_time = true, go = false;

    lock_take(&p->lock);
    while (in_time && !p->stopping && !p->woken) {
        int64_t left = timeout_ms;
        if (p->rows_n > 0 || p->has_news) {
            left = age_ms - (clock_mono_ms(clock) - p->rows_since_ms);
            go = left <= 0 || !is_busy(p);
            if (go) break;
        }
        in_time =
            signal_wait_ms(&p->ready, &p->lock, left < timeout_ms ? left : timeout_ms);
        if (!in_time && (p->rows_n > 0 || p->has_news)) go = true;
    }
    p->woken = false;
    lock_give(&p->lock);
    return go;
}

void poller_poll_due(struct poller *p)
{
    lock_take(&p->lock);
    signal_all(&p->due);
    while (!p->stopping && is_busy(p))
        (void)signal_wait_ms(&p->ready, &p->lock, WAIT_MS_MAX);
    lock_give(&p->lock);
}

void poller_wake(struct poller *p)
{
    lock_take(&p->lock);
    p->woken = true;
    signal_all(&p->ready);
    lock_give(&p->lock);
}
