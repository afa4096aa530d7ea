/* poller_take.c - rows become blocks, device states become statuses. */
#include "base/ensure.h"
#include "base/text.h"
#include "collect/poller.h"
#include "collect/poller_internal.h"

#include <string.h>

/* Rows `first` to `end` of a device that make one block. */
struct run {
    const struct poll_device *device;
    size_t first, end;
};

/* Where the block that begins at row `first` ends: what a device said by itself leaves
 * points out, and its times may fall. */
static struct run run_at(const struct poll_device *d, size_t first)
{
    struct run run = {d, first, d->rows_n};
    size_t n = d->columns_n;

    if (!d->driver->take) return run;
    for (size_t r = first + 1; r < d->rows_n; r++) {
        bool same = d->times_ms[r] >= d->times_ms[r - 1];
        for (size_t c = 0; c < n && same; c++)
            same = (d->qualities[r * n + c] == DRIVER_NOT_SAID) ==
                   (d->qualities[first * n + c] == DRIVER_NOT_SAID);
        if (same) continue;
        run.end = r;
        break;
    }
    return run;
}

/* Rows (row after row) into a block (column after column). */
static err take_run(const struct run *run, struct arena *arena, struct block *block)
{
    const struct poll_device *d = run->device;
    size_t rows = run->end - run->first, n = d->columns_n, column = 0;
    const uint8_t *said = d->qualities + run->first * n;

    *block = (struct block){.device = d->config->id, .times_n = rows};
    block->times_ms = arena_new(arena, rows, sizeof block->times_ms[0]);
    block->points = arena_new(arena, n, sizeof block->points[0]);
    block->values = arena_new(arena, rows * n, sizeof block->values[0]);
    block->qualities = arena_new(arena, rows * n, 1);
    if (!block->times_ms || !block->points || !block->values || !block->qualities)
        return ERR_MEMORY;
    memcpy(block->times_ms, d->times_ms + run->first, rows * sizeof d->times_ms[0]);
    for (size_t c = 0; c < n; c++) {
        if (d->driver->take && said[c] == DRIVER_NOT_SAID) continue;
        for (size_t r = 0; r < rows; r++) {
            size_t at = (run->first + r) * n + c;
            block->values[column * rows + r] = d->values[at];
            block->qualities[column * rows + r] = d->qualities[at];
        }
        block->points[column++] = d->points[c];
    }
    block->columns_n = column;
    return ERR_OK;
}

struct taken {
    struct block *blocks; /* NULL: only count */
    size_t blocks_n, samples;
};

/* The blocks of one device; a row that says nothing of any point makes none. */
static err take_device(const struct poll_device *d, struct arena *arena,
                       struct taken *taken)
{
    err e = ERR_OK;

    for (size_t first = 0; first < d->rows_n && !e;) {
        struct run run = run_at(d, first);
        if (taken->blocks) e = take_run(&run, arena, &taken->blocks[taken->blocks_n]);
        bool is_empty = taken->blocks && taken->blocks[taken->blocks_n].columns_n == 0;
        taken->blocks_n += !is_empty;
        taken->samples += (run.end - first) * d->columns_n;
        first = run.end;
    }
    return e;
}

/* How many devices from the front have rows that fit one frame together. */
static size_t count_devices(const struct poller *p, size_t *blocks_n)
{
    struct taken all = {0};
    size_t i = 0;

    for (; i < p->polled_n; i++) {
        struct taken with = all;
        err e = take_device(p->polled[i], NULL, &with);
        ensure(!e); /* counting takes no memory */
        bool fits =
            with.samples <= POLLER_SAMPLES_MAX && with.blocks_n <= FRAME_BLOCKS_MAX;
        if (!fits && all.blocks_n > 0) break;
        all = with;
    }
    *blocks_n = all.blocks_n;
    return i;
}

err poller_take(struct poller *p, struct arena *arena, struct block **blocks,
                size_t *blocks_n)
{
    ensure(p && arena && blocks && blocks_n);

    err e = ERR_OK;
    struct taken taken = {0};
    lock_take(&p->lock);
    size_t room = 0, n = count_devices(p, &room);
    *blocks = room ? arena_new(arena, room, sizeof **blocks) : NULL;
    if (room && !*blocks) e = ERR_MEMORY;
    taken.blocks = *blocks;
    for (size_t i = 0; i < n && room && !e; i++)
        e = take_device(p->polled[i], arena, &taken);
    for (size_t i = 0; i < n && !e; i++) {
        p->rows_n -= p->polled[i]->rows_n;
        p->polled[i]->rows_n = 0;
    }
    lock_give(&p->lock);
    *blocks_n = e ? 0 : taken.blocks_n;
    return e;
}

err poller_take_status(struct poller *p, bool all, struct arena *arena,
                       struct device_status **status, size_t *status_n)
{
    ensure(p && arena && status && status_n);

    size_t most = p->devices_n < FRAME_STATUS_MAX ? p->devices_n : FRAME_STATUS_MAX,
           n = 0;
    *status_n = 0;
    *status = NULL;
    if (most == 0) return ERR_OK;
    lock_take(&p->lock);
    size_t changed = 0;
    p->has_news = false;
    for (size_t i = 0; i < most; i++) changed += p->devices[i].changed;
    if (all || changed) *status = arena_new(arena, all ? most : changed, sizeof **status);
    for (size_t i = 0; i < most && *status; i++) {
        struct poll_device *d = &p->devices[i];
        if (d->state == DEVICE_STATE_NONE || (!all && !d->changed)) continue;
        const char *error = arena_text(arena, d->error, strlen(d->error));
        (*status)[n++] = (struct device_status){.device = d->config->id,
                                                .state = d->state,
                                                .since_ms = d->since_ms,
                                                .answered_ms = d->answered_ms,
                                                .polls = d->polls,
                                                .failures = d->failures,
                                                .response_ms = d->response_ms,
                                                .error = error ? error : ""};
        d->changed = false;
        d->polls = d->failures = 0;
    }
    lock_give(&p->lock);
    if ((all || changed) && !*status) return ERR_MEMORY;
    *status_n = n;
    return ERR_OK;
}

size_t poller_rows(struct poller *p)
{
    size_t most = 0;

    lock_take(&p->lock);
    for (size_t i = 0; i < p->polled_n; i++)
        if (p->polled[i]->rows_n > most) most = p->polled[i]->rows_n;
    lock_give(&p->lock);
    return most;
}

void poller_counts(struct poller *p, struct poller_counts *counts)
{
    ensure(p && counts);

    lock_take(&p->lock);
    *counts = (struct poller_counts){.devices_n = p->devices_n,
                                     .channels_n = p->channels_n,
                                     .polls = p->polls,
                                     .failures = p->failures,
                                     .missed = p->missed + schedule_missed(&p->schedule)};
    for (size_t i = 0; i < p->devices_n; i++) {
        counts->online_n += p->devices[i].state == DEVICE_ONLINE;
        counts->partial_n += p->devices[i].state == DEVICE_PARTIAL;
        counts->offline_n += p->devices[i].state == DEVICE_OFFLINE;
    }
    lock_give(&p->lock);
}

enum device_state poller_device(struct poller *p, size_t i, const char **code,
                                int64_t *since_ms, char error[80])
{
    ensure(p && i < p->devices_n);

    struct poll_device *d = &p->devices[i];
    *code = d->config->code;
    lock_take(&p->lock);
    enum device_state state = d->state;
    *since_ms = d->since_ms;
    (void)text_copy(error, 80, d->error);
    lock_give(&p->lock);
    return state;
}
