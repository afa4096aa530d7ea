/* poller_take.c - rows become blocks, device states become statuses. */
#include "base/ensure.h"
#include "base/text.h"
#include "collect/poller.h"
#include "collect/poller_internal.h"

#include <string.h>

/* Rows (row after row) into a block (column after column). */
static err take_device(const struct poll_device *d, struct arena *arena,
                       struct block *block)
{
    size_t rows = d->rows_n, n = d->columns_n;

    *block = (struct block){.device = d->config->id, .times_n = rows, .columns_n = n};
    block->times_ms = arena_new(arena, rows, sizeof block->times_ms[0]);
    block->points = arena_new(arena, n, sizeof block->points[0]);
    block->values = arena_new(arena, rows * n, sizeof block->values[0]);
    block->qualities = arena_new(arena, rows * n, 1);
    if (!block->times_ms || !block->points || !block->values || !block->qualities)
        return ERR_MEMORY;
    memcpy(block->times_ms, d->times_ms, rows * sizeof d->times_ms[0]);
    memcpy(block->points, d->points, n * sizeof d->points[0]);
    for (size_t c = 0; c < n; c++) {
        for (size_t r = 0; r < rows; r++) {
            block->values[c * rows + r] = d->values[r * n + c];
            block->qualities[c * rows + r] = d->qualities[r * n + c];
        }
    }
    return ERR_OK;
}

/* How many devices from the front have rows that fit one frame together. */
static size_t count_blocks(const struct poller *p)
{
    size_t n = 0, samples = 0;

    for (size_t i = 0; i < p->polled_n && n < FRAME_BLOCKS_MAX; i++) {
        const struct poll_device *d = p->polled[i];
        if (d->rows_n == 0) continue;
        samples += d->rows_n * d->columns_n;
        if (n > 0 && samples > POLLER_SAMPLES_MAX) break;
        n++;
    }
    return n;
}

err poller_take(struct poller *p, struct arena *arena, struct block **blocks,
                size_t *blocks_n)
{
    ensure(p && arena && blocks && blocks_n);

    err e = ERR_OK;
    lock_take(&p->lock);
    size_t n = count_blocks(p), taken = 0;
    *blocks = n ? arena_new(arena, n, sizeof **blocks) : NULL;
    if (n && !*blocks) e = ERR_MEMORY;
    for (size_t i = 0; i < p->polled_n && taken < n && !e; i++)
        if (p->polled[i]->rows_n)
            e = take_device(p->polled[i], arena, &(*blocks)[taken++]);
    taken = 0;
    for (size_t i = 0; i < p->polled_n && taken < n && !e; i++) {
        if (p->polled[i]->rows_n == 0) continue;
        p->rows_n -= p->polled[i]->rows_n;
        p->polled[i]->rows_n = 0;
        taken++;
    }
    lock_give(&p->lock);
    *blocks_n = e ? 0 : n;
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
