/* live.c - one array, one lock; readers of many points give the lock back in between. */
#include "watch/live.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/thread.h"
#include "model/quality.h"

#include <math.h>

/* So many points are read under one taking of the lock: about 20 us. */
enum { BATCH_N = 2048 };

struct slot {
    int64_t time_ms, received_ms;
    double value;
    uint64_t version; /* 0 = never heard */
    uint8_t quality;
};

struct live {
    struct lock lock;
    struct signal changed;
    struct slot *slots; /* by point id */
    size_t slots_n;
    uint64_t version;
};

err live_open(uint32_t point_id_max, struct live **live)
{
    ensure(live != NULL);

    struct live *made = memory_new(1, sizeof *made);
    if (!made) return ERR_MEMORY;
    lock_open(&made->lock);
    signal_open(&made->changed);
    err e = live_grow(made, point_id_max);
    if (e)
        live_close(made);
    else
        *live = made;
    return e;
}

void live_close(struct live *live)
{
    if (live == NULL) return;
    signal_close(&live->changed);
    lock_close(&live->lock);
    memory_free(live->slots);
    memory_free(live);
}

err live_grow(struct live *live, uint32_t point_id_max)
{
    ensure(live != NULL);

    size_t n = (size_t)point_id_max + 1;
    err e = ERR_OK;
    lock_take(&live->lock);
    if (n > live->slots_n) {
        struct slot *grown = memory_resize(live->slots, n, sizeof *grown);
        if (grown) {
            for (size_t i = live->slots_n; i < n; i++) grown[i] = (struct slot){0};
            live->slots = grown;
            live->slots_n = n;
        } else {
            e = ERR_MEMORY;
        }
    }
    lock_give(&live->lock);
    return e;
}

/* The newest row of a column, where it is newer than what we have. */
static bool slot_update(struct slot *slot, const struct block *block, size_t column)
{
    size_t row = block->times_n - 1;
    if (slot->version > 0 && block->times_ms[row] <= slot->time_ms) return false;
    size_t at = column * block->times_n + row;
    slot->time_ms = block->times_ms[row];
    slot->value = block->values[at];
    slot->quality = block->qualities[at];
    return true;
}

void live_update(struct live *live, const struct block *block, int64_t received_ms)
{
    ensure(live != NULL);
    ensure(block != NULL);

    if (block->times_n == 0) return;
    bool any = false;
    lock_take(&live->lock);
    uint64_t version = live->version + 1;
    for (size_t c = 0; c < block->columns_n; c++) {
        uint32_t point = block->points[c];
        if (point >= live->slots_n) continue;
        struct slot *slot = &live->slots[point];
        if (!slot_update(slot, block, c)) continue;
        slot->received_ms = received_ms;
        slot->version = version;
        any = true;
    }
    if (any) {
        live->version = version;
        signal_all(&live->changed);
    }
    lock_give(&live->lock);
}

static struct live_value value_of(const struct slot *slot, uint32_t point)
{
    if (slot == NULL || slot->version == 0) {
        return (struct live_value){
            .point = point, .quality = QUALITY_NO_ANSWER, .value = NAN};
    }
    return (struct live_value){.point = point,
                               .quality = slot->quality,
                               .time_ms = slot->time_ms,
                               .received_ms = slot->received_ms,
                               .value = slot->value,
                               .version = slot->version};
}

struct live_value live_read(struct live *live, uint32_t point)
{
    ensure(live != NULL);

    lock_take(&live->lock);
    struct live_value value =
        value_of(point < live->slots_n ? &live->slots[point] : NULL, point);
    lock_give(&live->lock);
    return value;
}

/* Under the lock. */
static size_t changed_batch(const struct live *live, const uint32_t *points,
                            size_t points_n, uint64_t since, struct live_value *out)
{
    size_t n = 0;
    for (size_t i = 0; i < points_n; i++) {
        if (points[i] >= live->slots_n) continue;
        const struct slot *slot = &live->slots[points[i]];
        if (slot->version > since) out[n++] = value_of(slot, points[i]);
    }
    return n;
}

/* tidy: allow parameters: a list in, a list out, and where to go on */
size_t live_changed(struct live *live, const uint32_t *points, size_t points_n,
                    uint64_t since, struct live_value *out, uint64_t *version)
{
    ensure(live != NULL);
    ensure(points != NULL || points_n == 0);
    ensure(out != NULL || points_n == 0);
    ensure(version != NULL);

    *version = live_version(live);
    if (*version <= since) return 0;
    size_t n = 0;
    for (size_t i = 0; i < points_n; i += BATCH_N) {
        size_t batch_n = points_n - i < BATCH_N ? points_n - i : BATCH_N;
        lock_take(&live->lock);
        n += changed_batch(live, points + i, batch_n, since, out + n);
        lock_give(&live->lock);
    }
    return n;
}

uint64_t live_version(struct live *live)
{
    ensure(live != NULL);

    lock_take(&live->lock);
    uint64_t version = live->version;
    lock_give(&live->lock);
    return version;
}

bool live_wait(struct live *live, uint64_t version, int64_t timeout_ms)
{
    ensure(live != NULL);

    bool in_time = true;
    lock_take(&live->lock);
    while (live->version <= version && in_time)
        in_time = signal_wait_ms(&live->changed, &live->lock, timeout_ms);
    bool above = live->version > version;
    lock_give(&live->lock);
    return above;
}

void live_wake(struct live *live)
{
    ensure(live != NULL);

    lock_take(&live->lock);
    live->version++;
    signal_all(&live->changed);
    lock_give(&live->lock);
}
