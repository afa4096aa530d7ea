/* schedule.c - a binary heap that knows where each channel stands. */
#include "collect/schedule.h"

#include "base/ensure.h"
#include "base/memory.h"

static const uint32_t SERVED = UINT32_MAX;

/* The first instant of the item's grid at or after `from_ms`. */
static int64_t grid_at(const struct schedule_item *item, int64_t from_ms)
{
    int64_t cycle = item->cycle_ms;
    int64_t past = (from_ms - item->phase_ms) % cycle;
    if (past < 0) past += cycle;
    return past == 0 ? from_ms : from_ms + cycle - past;
}

/* --- heap ------------------------------------------------------------------------ */

static bool before(const struct schedule *s, uint32_t a, uint32_t b)
{
    return s->channels[a].due_ms < s->channels[b].due_ms;
}

static void place(struct schedule *s, size_t at, uint32_t channel)
{
    s->heap[at] = channel;
    s->channels[channel].heap_at = (uint32_t)at;
}

static void sift_up(struct schedule *s, size_t at)
{
    uint32_t channel = s->heap[at];

    while (at > 0 && before(s, channel, s->heap[(at - 1) / 2])) {
        place(s, at, s->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    place(s, at, channel);
}

static void sift_down(struct schedule *s, size_t at)
{
    uint32_t channel = s->heap[at];

    for (size_t child = 2 * at + 1; child < s->heap_n; child = 2 * at + 1) {
        if (child + 1 < s->heap_n && before(s, s->heap[child + 1], s->heap[child]))
            child++;
        if (!before(s, s->heap[child], channel)) break;
        place(s, at, s->heap[child]);
        at = child;
    }
    place(s, at, channel);
}

static void push(struct schedule *s, uint32_t channel)
{
    s->heap[s->heap_n++] = channel;
    sift_up(s, s->heap_n - 1);
}

static void channel_due(struct schedule *s, uint32_t channel)
{
    struct schedule_channel *c = &s->channels[channel];

    c->due_ms = INT64_MAX;
    for (uint32_t i = c->item_first; i < c->item_first + c->items_n; i++)
        if (s->items[i].due_ms < c->due_ms) c->due_ms = s->items[i].due_ms;
}

/* --- life ------------------------------------------------------------------------ */

/* A phase that is the same at every start and spreads evenly: the item's number times the
 * golden ratio, modulo one. */
static uint32_t phase_of(size_t i, uint32_t cycle_ms)
{
    uint32_t turn = (uint32_t)(i * 2654435769U);
    return (uint32_t)((uint64_t)turn * cycle_ms >> 32);
}

static void fill_item(struct schedule *s, size_t i, uint32_t channel, uint32_t cycle_ms)
{
    ensure(cycle_ms > 0 && channel < s->channels_n);
    struct schedule_channel *c = &s->channels[channel];

    if (c->items_n == 0) c->item_first = (uint32_t)i;
    c->items_n++;
    s->items[i] = (struct schedule_item){.channel = channel, .cycle_ms = cycle_ms};
}

err schedule_open(struct schedule *s, const struct schedule_items *items, int64_t now_ms)
{
    ensure(s && items);
    ensure(items->n == 0 || (items->channels && items->cycles_ms));

    size_t items_n = items->n;
    const uint32_t *channels = items->channels, *cycles_ms = items->cycles_ms;
    *s = (struct schedule){.items_n = items_n};
    if (items_n == 0) return ERR_OK;
    s->channels_n = channels[items_n - 1] + 1U;
    s->items = memory_new(items_n, sizeof s->items[0]);
    s->channels = memory_new(s->channels_n, sizeof s->channels[0]);
    s->heap = memory_new(s->channels_n, sizeof s->heap[0]);
    if (!s->items || !s->channels || !s->heap) {
        schedule_close(s);
        return ERR_MEMORY;
    }
    for (size_t i = 0; i < items_n; i++) {
        fill_item(s, i, channels[i], cycles_ms[i]);
        if (items->spread) s->items[i].phase_ms = phase_of(i, cycles_ms[i]);
        s->items[i].due_ms = grid_at(&s->items[i], now_ms);
    }
    for (uint32_t c = 0; c < s->channels_n; c++) {
        ensure(s->channels[c].items_n > 0);
        channel_due(s, c);
        push(s, c);
    }
    return ERR_OK;
}

void schedule_close(struct schedule *s)
{
    ensure(s);
    memory_free(s->items);
    memory_free(s->channels);
    memory_free(s->heap);
    *s = (struct schedule){0};
}

/* --- serving --------------------------------------------------------------------- */

int64_t schedule_next_ms(const struct schedule *s)
{
    return s->heap_n ? s->channels[s->heap[0]].due_ms : INT64_MAX;
}

bool schedule_any_served(const struct schedule *s)
{
    return s->heap_n < s->channels_n;
}

bool schedule_is_doubtful(const struct schedule *s, uint32_t channel)
{
    const struct schedule_channel *c = &s->channels[channel];

    for (uint32_t i = c->item_first; i < c->item_first + c->items_n; i++)
        if (s->items[i].back_off_ms == 0) return false;
    return true;
}

static void take_at(struct schedule *s, size_t at)
{
    s->channels[s->heap[at]].heap_at = SERVED;
    s->heap_n--;
    if (at == s->heap_n) return;
    place(s, at, s->heap[s->heap_n]);
    sift_down(s, at);
    sift_up(s, s->channels[s->heap[at]].heap_at);
}

/* Where the earliest channel stands that is not doubtful; heap_n = nowhere. */
static size_t find_sure(const struct schedule *s)
{
    size_t best = s->heap_n;

    for (size_t i = 0; i < s->heap_n; i++) {
        if (schedule_is_doubtful(s, s->heap[i])) continue;
        if (best == s->heap_n || before(s, s->heap[i], s->heap[best])) best = i;
    }
    return best;
}

bool schedule_take(struct schedule *s, int64_t now_ms, bool doubtful, uint32_t *channel)
{
    size_t at = 0;

    if (schedule_next_ms(s) > now_ms) return false;
    if (!doubtful && schedule_is_doubtful(s, s->heap[0])) at = find_sure(s);
    if (at == s->heap_n || s->channels[s->heap[at]].due_ms > now_ms) return false;
    *channel = s->heap[at];
    take_at(s, at);
    return true;
}

bool schedule_next_item(const struct schedule *s, uint32_t channel, int64_t now_ms,
                        uint32_t *item)
{
    const struct schedule_channel *c = &s->channels[channel];
    int64_t due = INT64_MAX;

    for (uint32_t i = c->item_first; i < c->item_first + c->items_n; i++) {
        if (s->items[i].due_ms >= due) continue;
        due = s->items[i].due_ms;
        *item = i;
    }
    return due <= now_ms;
}

void schedule_polled(struct schedule *s, uint32_t i, bool answered, int64_t now_ms)
{
    ensure(i < s->items_n);
    struct schedule_item *item = &s->items[i];
    int64_t from = now_ms + 1;

    if (answered) {
        item->back_off_ms = 0;
    } else {
        uint32_t twice = 2 * item->back_off_ms;
        if (twice < SCHEDULE_BACK_OFF_MS_MIN) twice = SCHEDULE_BACK_OFF_MS_MIN;
        if (twice > SCHEDULE_BACK_OFF_MS_MAX) twice = SCHEDULE_BACK_OFF_MS_MAX;
        item->back_off_ms = twice;
        from = now_ms + twice;
    }
    if (from <= item->due_ms) from = item->due_ms + 1; /* polled before its time */
    int64_t next = grid_at(item, from);
    item->missed_n += (uint64_t)((next - item->due_ms) / item->cycle_ms - 1);
    item->due_ms = next;
}

void schedule_give(struct schedule *s, uint32_t channel)
{
    ensure(s->channels[channel].heap_at == SERVED);
    channel_due(s, channel);
    push(s, channel);
}

void schedule_realign(struct schedule *s, int64_t now_ms)
{
    for (size_t i = 0; i < s->items_n; i++)
        s->items[i].due_ms = grid_at(&s->items[i], now_ms);
    for (uint32_t c = 0; c < s->channels_n; c++) channel_due(s, c);
    for (size_t i = s->heap_n / 2; i-- > 0;) sift_down(s, i);
}

uint64_t schedule_missed(const struct schedule *s)
{
    uint64_t n = 0;
    for (size_t i = 0; i < s->items_n; i++) n += s->items[i].missed_n;
    return n;
}
