/* history_head.c - see history_head.h. */
#include "store/history_head.h"

#include "base/ensure.h"
#include "base/memory.h"

#include <string.h>

enum { SLOTS_FIRST = 64, ROWS_FIRST = 4, CELLS_KEPT_MAX = 1 << 14 };

/* From so many rows on a block stays in columns. */
enum { ROWS_IN_COLUMNS = 8 };

err head_open(struct head *head)
{
    *head = (struct head){.slots_n = SLOTS_FIRST};
    head->slots = memory_new(head->slots_n, sizeof(struct head_device *));
    return head->slots ? ERR_OK : ERR_MEMORY;
}

static void chunk_free(struct head_chunk *chunk)
{
    memory_free(chunk->layout);
    memory_free(chunk->times_ms);
    memory_free(chunk->values);
    memory_free(chunk->qualities);
    *chunk = (struct head_chunk){0};
}

void head_close(struct head *head)
{
    for (size_t i = 0; head->slots && i < head->slots_n; i++) {
        struct head_device *device = head->slots[i];
        if (!device) continue;
        for (size_t c = 0; c < device->chunks_room; c++) chunk_free(&device->chunks[c]);
        memory_free(device->chunks);
        memory_free(device);
    }
    memory_free(head->slots);
    *head = (struct head){0};
}

/* --- devices ------------------------------------------------------------------------ */

static size_t slot_of(struct head_device *const *slots, size_t slots_n, uint32_t device)
{
    size_t at = (size_t)(device * 0x9e3779b97f4a7c15u >> 20) & (slots_n - 1);
    while (slots[at] && slots[at]->device != device) at = (at + 1) & (slots_n - 1);
    return at;
}

const struct head_device *head_find(const struct head *head, uint32_t device)
{
    const struct head_device *d =
        head->slots[slot_of(head->slots, head->slots_n, device)];
    return d && d->chunks_n ? d : NULL;
}

static err slots_grow(struct head *head)
{
    size_t n = head->slots_n * 2;
    struct head_device **slots = memory_new(n, sizeof(struct head_device *));
    if (!slots) return ERR_MEMORY;
    for (size_t i = 0; i < head->slots_n; i++) {
        struct head_device *device = head->slots[i];
        if (device) slots[slot_of(slots, n, device->device)] = device;
    }
    memory_free(head->slots);
    head->slots = slots;
    head->slots_n = n;
    return ERR_OK;
}

static err device_take(struct head *head, uint32_t number, struct head_device **device)
{
    size_t at = slot_of(head->slots, head->slots_n, number);
    if (head->slots[at]) {
        *device = head->slots[at];
        return ERR_OK;
    }
    if (head->devices_n * 2 >= head->slots_n) {
        err e = slots_grow(head);
        if (e) return e;
        at = slot_of(head->slots, head->slots_n, number);
    }
    struct head_device *d = memory_new(1, sizeof *d);
    if (!d) return ERR_MEMORY;
    d->device = number;
    head->slots[at] = *device = d;
    head->devices_n++;
    return ERR_OK;
}

/* --- chunks ------------------------------------------------------------------------- */

static bool layout_fits(const struct head_chunk *chunk, const struct block *block)
{
    return chunk->layout && chunk->layout->columns_n == block->columns_n &&
           memcmp(chunk->layout->points, block->points,
                  block->columns_n * sizeof(uint32_t)) == 0;
}

static err layout_make(struct head_chunk *chunk, const struct block *block)
{
    size_t bytes = sizeof(struct head_layout) + block->columns_n * sizeof(uint32_t);
    struct head_layout *layout = memory_new(bytes, 1);
    if (!layout) return ERR_MEMORY;
    layout->columns_n = block->columns_n;
    memcpy(layout->points, block->points, block->columns_n * sizeof(uint32_t));
    chunk->layout = layout;
    return ERR_OK;
}

/* A chunk behind the last one, for the block's columns. */
static err chunk_next(struct head_device *device, const struct block *block,
                      struct head_chunk **chunk)
{
    if (device->chunks_n == device->chunks_room) {
        size_t room = device->chunks_room ? device->chunks_room * 2 : 1;
        struct head_chunk *more = memory_resize(device->chunks, room, sizeof *more);
        if (!more) return ERR_MEMORY;
        memset(more + device->chunks_room, 0,
               (room - device->chunks_room) * sizeof *more);
        device->chunks = more;
        device->chunks_room = room;
    }
    struct head_chunk *next = &device->chunks[device->chunks_n];
    if (!layout_fits(next, block)) { /* kept from before, for other columns */
        chunk_free(next);
        err e = layout_make(next, block);
        if (e) return e;
    }
    next->in_columns = block->times_n >= ROWS_IN_COLUMNS;
    device->chunks_n++;
    *chunk = next;
    return ERR_OK;
}

/* The last chunk when the block can be added to it, or the next one. */
static err chunk_take(struct head_device *device, const struct block *block,
                      struct head_chunk **chunk)
{
    struct head_chunk *last =
        device->chunks_n ? &device->chunks[device->chunks_n - 1] : NULL;
    bool joins = last && !last->in_columns && block->times_n < ROWS_IN_COLUMNS &&
                 layout_fits(last, block);
    if (!joins) return chunk_next(device, block, chunk);
    *chunk = last;
    return ERR_OK;
}

static bool cells_reserve(struct head_chunk *chunk, size_t cells)
{
    if (cells <= chunk->cells_room) return true;
    double *values = memory_resize(chunk->values, cells, sizeof *values);
    if (values) chunk->values = values;
    uint8_t *qualities = memory_resize(chunk->qualities, cells, 1);
    if (qualities) chunk->qualities = qualities;
    if (!values || !qualities) return false;
    chunk->cells_room = cells;
    return true;
}

static err rows_reserve(struct head_chunk *chunk, size_t more)
{
    size_t columns = chunk->layout->columns_n, need = chunk->rows_n + more;
    if (need <= chunk->rows_room && need * columns <= chunk->cells_room) return ERR_OK;
    size_t room = chunk->rows_room ? chunk->rows_room * 2 : ROWS_FIRST;
    if (room < need || chunk->in_columns) room = need;
    if (room > chunk->rows_room) {
        int64_t *times = memory_resize(chunk->times_ms, room, sizeof *times);
        if (!times) return ERR_MEMORY;
        chunk->times_ms = times;
        chunk->rows_room = room;
    }
    return cells_reserve(chunk, room * columns) ? ERR_OK : ERR_MEMORY;
}

static void rows_copy(struct head_chunk *chunk, const struct block *block)
{
    size_t columns = block->columns_n, rows = block->times_n;
    memcpy(chunk->times_ms + chunk->rows_n, block->times_ms, rows * sizeof(int64_t));
    double *values = chunk->values + chunk->rows_n * columns;
    uint8_t *qualities = chunk->qualities + chunk->rows_n * columns;
    if (rows == 1 || chunk->in_columns) {
        memcpy(values, block->values, rows * columns * sizeof(double));
        memcpy(qualities, block->qualities, rows * columns);
    } else {
        for (size_t c = 0; c < columns; c++) {
            for (size_t r = 0; r < rows; r++) {
                values[r * columns + c] = block->values[c * rows + r];
                qualities[r * columns + c] = block->qualities[c * rows + r];
            }
        }
    }
    chunk->rows_n += rows;
}

/* A backlog between live rows does not count as growth, else it would call for a flush
 * with every block. */
static void span_grow(struct head *head, struct head_device *device,
                      const struct block *block, bool first)
{
    int64_t from = block->times_ms[0], to = block->times_ms[block->times_n - 1];
    int64_t grown = to - from;
    if (!first && from > device->most_ms) grown = to - device->most_ms;
    device->grown_ms += grown;
    if (first || from < device->least_ms) device->least_ms = from;
    if (first || to > device->most_ms) device->most_ms = to;
    if (device->grown_ms > head->grown_ms) head->grown_ms = device->grown_ms;
}

err head_append(struct head *head, const struct block *block)
{
    if (block->times_n == 0 || block->columns_n == 0) return ERR_OK;
    struct head_device *device = NULL;
    struct head_chunk *chunk = NULL;
    err e = device_take(head, block->device, &device);
    bool first = !e && device->chunks_n == 0;
    if (!e) e = chunk_take(device, block, &chunk);
    if (!e) e = rows_reserve(chunk, block->times_n);
    if (e) {
        /* A chunk without rows must not stay: an empty device has no times. */
        if (chunk && chunk->rows_n == 0) device->chunks_n--;
        return e;
    }
    rows_copy(chunk, block);
    span_grow(head, device, block, first);
    size_t samples = block->times_n * block->columns_n;
    head->bytes += block->times_n * sizeof(int64_t) + samples * (sizeof(double) + 1);
    head->samples += samples;
    return ERR_OK;
}

void head_clear(struct head *head)
{
    for (size_t i = 0; i < head->slots_n; i++) {
        struct head_device *device = head->slots[i];
        if (!device) continue;
        for (size_t c = 0; c < device->chunks_n; c++) {
            struct head_chunk *chunk = &device->chunks[c];
            if (c > 0 || chunk->cells_room > CELLS_KEPT_MAX) chunk_free(chunk);
            chunk->rows_n = 0;
        }
        device->chunks_n = 0;
        device->grown_ms = 0;
    }
    head->bytes = 0;
    head->samples = 0;
    head->grown_ms = 0;
}

struct matrix_view head_chunk_view(const struct head_chunk *chunk)
{
    return (struct matrix_view){
        .rows_n = chunk->rows_n,
        .columns_n = chunk->layout->columns_n,
        .times_ms = chunk->times_ms,
        .points = chunk->layout->points,
        .values = chunk->values,
        .bytes = chunk->qualities,
        .row_step = chunk->in_columns ? 1 : chunk->layout->columns_n,
        .column_step = chunk->in_columns ? chunk->rows_n : 1,
    };
}
