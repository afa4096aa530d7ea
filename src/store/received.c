/* received.c - exactly-once by interval sets.
 *
 * A spool's numbers are kept as sorted, disjoint, not touching intervals [first, last].
 * In the database one row a spool: varints of the gaps and lengths,
 *
 *   first_0, last_0 - first_0, first_1 - last_0, last_1 - first_1, ... */
#include "store/received.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/catalog.h"

#include <string.h>

enum { INTERVALS_MAX = 1000000, SLOTS_FIRST = 64, BLOB_BYTES_MAX = 32 * 1024 * 1024 };

struct interval {
    uint64_t first, last;
};

struct spool {
    char terminal[CATALOG_CODE_BYTES];
    uint64_t number;
    struct interval *intervals;
    size_t intervals_n, room_n;
    bool changed; /* since the last save ... */
    bool saving;  /* ... and by the last save, whose transaction may have been undone */
};

struct received {
    struct spool **slots; /* open addressing */
    size_t slots_n, spools_n;
    uint64_t saves; /* the number that the last save wrote */
};

err received_open(struct received **received)
{
    ensure(received != NULL);

    struct received *r = memory_new(1, sizeof *r);
    if (!r) return ERR_MEMORY;
    r->slots_n = SLOTS_FIRST;
    r->slots = memory_new(r->slots_n, sizeof(struct spool *));
    if (!r->slots) {
        memory_free(r);
        return ERR_MEMORY;
    }
    *received = r;
    return ERR_OK;
}

void received_close(struct received *received)
{
    if (!received) return;
    for (size_t i = 0; i < received->slots_n; i++) {
        if (received->slots[i]) memory_free(received->slots[i]->intervals);
        memory_free(received->slots[i]);
    }
    memory_free(received->slots);
    memory_free(received);
}

/* --- the table of spools ------------------------------------------------------------ */

static size_t slot_of(struct spool *const *slots, size_t slots_n, const char *terminal,
                      uint64_t number)
{
    uint64_t hash = 14695981039346656037u ^ number * 0x9e3779b97f4a7c15u;
    for (const char *c = terminal; *c; c++) hash = (hash ^ (uint8_t)*c) * 1099511628211u;
    size_t at = (size_t)(hash ^ hash >> 29) & (slots_n - 1);
    while (slots[at] &&
           (slots[at]->number != number || !text_equal(slots[at]->terminal, terminal))) {
        at = (at + 1) & (slots_n - 1);
    }
    return at;
}

static const struct spool *spool_find(const struct received *received,
                                      const char *terminal, uint64_t number)
{
    return received->slots[slot_of(received->slots, received->slots_n, terminal, number)];
}

static err slots_grow(struct received *received)
{
    size_t n = received->slots_n * 2;
    struct spool **slots = memory_new(n, sizeof(struct spool *));
    if (!slots) return ERR_MEMORY;
    for (size_t i = 0; i < received->slots_n; i++) {
        struct spool *spool = received->slots[i];
        if (spool) slots[slot_of(slots, n, spool->terminal, spool->number)] = spool;
    }
    memory_free(received->slots);
    received->slots = slots;
    received->slots_n = n;
    return ERR_OK;
}

/* The spool, made when it is new. */
static err spool_take(struct received *received, const char *terminal, uint64_t number,
                      struct spool **spool)
{
    size_t at = slot_of(received->slots, received->slots_n, terminal, number);
    if (received->slots[at]) {
        *spool = received->slots[at];
        return ERR_OK;
    }
    if (received->spools_n * 2 >= received->slots_n) {
        err e = slots_grow(received);
        if (e) return e;
        at = slot_of(received->slots, received->slots_n, terminal, number);
    }
    struct spool *s = memory_new(1, sizeof *s);
    if (!s) return ERR_MEMORY;
    if (!text_copy(s->terminal, sizeof s->terminal, terminal)) {
        memory_free(s);
        return ERR_RANGE;
    }
    s->number = number;
    received->slots[at] = s;
    received->spools_n++;
    *spool = s;
    return ERR_OK;
}

/* --- intervals ---------------------------------------------------------------------- */

/* The first interval that ends at or behind `sequence`; intervals_n when none does. */
static size_t interval_at(const struct spool *spool, uint64_t sequence)
{
    size_t low = 0, high = spool->intervals_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (spool->intervals[middle].last < sequence) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static err interval_insert(struct spool *spool, size_t at, struct interval interval)
{
    if (spool->intervals_n == INTERVALS_MAX) return ERR_FULL;
    if (spool->intervals_n == spool->room_n) {
        size_t room = spool->room_n ? spool->room_n * 2 : 4;
        struct interval *more = memory_resize(spool->intervals, room, sizeof *more);
        if (!more) return ERR_MEMORY;
        spool->intervals = more;
        spool->room_n = room;
    }
    memmove(&spool->intervals[at + 1], &spool->intervals[at],
            (spool->intervals_n - at) * sizeof interval);
    spool->intervals[at] = interval;
    spool->intervals_n++;
    return ERR_OK;
}

static err spool_add(struct spool *spool, uint64_t sequence)
{
    size_t at = interval_at(spool, sequence);
    struct interval *next = at < spool->intervals_n ? &spool->intervals[at] : NULL;
    struct interval *before = at > 0 ? &spool->intervals[at - 1] : NULL;
    if (next && next->first <= sequence) return ERR_DUPLICATE;

    bool touches_before = before && before->last + 1 == sequence;
    bool touches_next = next && next->first - 1 == sequence;
    if (touches_before && touches_next) {
        before->last = next->last;
        memmove(next, next + 1, (spool->intervals_n - at - 1) * sizeof *next);
        spool->intervals_n--;
    } else if (touches_before) {
        before->last = sequence;
    } else if (touches_next) {
        next->first = sequence;
    } else {
        return interval_insert(spool, at, (struct interval){sequence, sequence});
    }
    return ERR_OK;
}

bool received_has(const struct received *received, const char *terminal, uint64_t spool,
                  uint64_t sequence)
{
    const struct spool *s = spool_find(received, terminal, spool);
    if (!s) return false;
    size_t at = interval_at(s, sequence);
    return at < s->intervals_n && s->intervals[at].first <= sequence;
}

err received_add(struct received *received, const char *terminal, uint64_t spool,
                 uint64_t sequence)
{
    ensure(received != NULL);
    ensure(terminal != NULL);

    struct spool *s = NULL;
    err e = spool_take(received, terminal, spool, &s);
    if (!e) e = spool_add(s, sequence);
    if (!e) s->changed = true;
    return e;
}

bool received_span(const struct received *received, const char *terminal, uint64_t spool,
                   struct received_span *span)
{
    const struct spool *s = spool_find(received, terminal, spool);
    if (!s || s->intervals_n == 0) return false;
    span->lowest = s->intervals[0].first;
    span->highest = s->intervals[s->intervals_n - 1].last;
    span->missing = 0;
    for (size_t i = 1; i < s->intervals_n; i++) {
        span->missing += s->intervals[i].first - s->intervals[i - 1].last - 1;
    }
    return true;
}

/* --- in the database ---------------------------------------------------------------- */

static const struct statement select_all = {
    "received.all", "SELECT terminal, spool, intervals FROM received"};
static const struct statement upsert = {
    "received.upsert",
    "INSERT INTO received (terminal, spool, intervals) VALUES (?1, ?2, ?3)"
    " ON CONFLICT (terminal, spool) DO UPDATE SET intervals = ?3"};

static const struct statement save_read = {
    "received.save_read", "SELECT number FROM received_save WHERE one = 1"};
static const struct statement save_write = {
    "received.save_write", "UPDATE received_save SET number = ?1 WHERE one = 1"};

static err number_read(struct database *database, uint64_t *number)
{
    struct query *query = NULL;
    err e = query_open(database, &save_read, &query);
    if (e) return e;
    uint64_t value = query_row(query) ? (uint64_t)query_i64(query, 0) : 0;
    e = query_close(query);
    if (!e) *number = value;
    return e;
}

static err intervals_read(struct spool *spool, struct bytes in)
{
    uint64_t end = 0;
    while (in.n > 0) {
        uint64_t gap, length;
        if (!bytes_take_varint(&in, &gap) || !bytes_take_varint(&in, &length)) {
            return ERR_CORRUPT;
        }
        bool first = spool->intervals_n == 0;
        if (!first && gap < 2) return ERR_CORRUPT; /* would touch the one before */
        if (gap > UINT64_MAX - end || length > UINT64_MAX - end - gap) return ERR_CORRUPT;
        struct interval interval = {end + gap, end + gap + length};
        err e = interval_insert(spool, spool->intervals_n, interval);
        if (e) return e;
        end = interval.last;
    }
    return ERR_OK;
}

err received_load(struct received *received, struct database *database)
{
    ensure(received->spools_n == 0);

    struct query *query = NULL;
    err e = query_open(database, &select_all, &query);
    if (e) return e;
    while (!e && query_row(query)) {
        struct spool *spool = NULL;
        e = spool_take(received, query_text(query, 0), (uint64_t)query_i64(query, 1),
                       &spool);
        if (!e) e = intervals_read(spool, query_bytes(query, 2));
    }
    err end = query_close(query);
    if (!e) e = end;
    return e ? e : number_read(database, &received->saves);
}

static err spool_save(const struct spool *spool, struct database *database,
                      struct buffer *buffer)
{
    buffer_clear(buffer);
    uint64_t end = 0;
    for (size_t i = 0; i < spool->intervals_n; i++) {
        const struct interval *interval = &spool->intervals[i];
        buffer_put_varint(buffer, interval->first - end);
        buffer_put_varint(buffer, interval->last - interval->first);
        end = interval->last;
    }
    if (buffer->broken) return buffer->broken;

    struct query *query = NULL;
    err e = query_open(database, &upsert, &query);
    if (e) return e;
    query_bind_text(query, spool->terminal);
    query_bind_i64(query, (int64_t)spool->number);
    query_bind_bytes(query, buffer_bytes(buffer));
    return query_run(query);
}

static err number_write(struct database *database, uint64_t number)
{
    struct query *query = NULL;
    err e = query_open(database, &save_write, &query);
    if (e) return e;
    query_bind_i64(query, (int64_t)number);
    return query_run(query);
}

/* Whether the transaction of the save before was committed is told by the number it
 * wrote: if not, what it saved counts as changed again. */
static err save_settle(struct received *received, struct database *database)
{
    uint64_t number = 0;
    err e = number_read(database, &number);
    if (e) return e;
    bool committed = number == received->saves;
    for (size_t i = 0; i < received->slots_n; i++) {
        struct spool *spool = received->slots[i];
        if (!spool) continue;
        if (spool->saving && !committed) spool->changed = true;
        spool->saving = false;
    }
    received->saves = number;
    return ERR_OK;
}

err received_save(struct received *received, struct database *database)
{
    ensure(received != NULL);

    err e = save_settle(received, database);
    if (e) return e;
    struct buffer buffer;
    buffer_open(&buffer, BLOB_BYTES_MAX);
    for (size_t i = 0; !e && i < received->slots_n; i++) {
        struct spool *spool = received->slots[i];
        if (!spool || !spool->changed) continue;
        e = spool_save(spool, database, &buffer);
        if (e) continue;
        spool->changed = false;
        spool->saving = true;
    }
    buffer_close(&buffer);
    if (!e) e = number_write(database, received->saves + 1);
    received->saves++; /* also after an error: then the database does not hold it */
    return e;
}
