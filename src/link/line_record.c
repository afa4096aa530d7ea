/* line_record.c - heads are copied, not pointed at: they stand at any byte. */
#include "link/line_record.h"

#include "base/ensure.h"
#include "base/memory.h"

#include <string.h>

struct head {
    int64_t utc_ms;
    uint32_t n, cut_n;
    bool sent;
};

static struct head head_at(const struct line_record *r, size_t at)
{
    struct head head;
    memcpy(&head, r->at + at, sizeof head);
    return head;
}

/* Oldest telegrams go until `n` bytes fit; `keep_last`: the last one stays in any case.
 */
static bool make_room(struct line_record *r, size_t n, bool keep_last)
{
    size_t gone = 0, last_at = keep_last ? r->last_at : r->n;

    while (LINE_RING_BYTES - (r->n - gone) < n && gone < last_at) {
        gone += sizeof(struct head) + head_at(r, gone).n;
        r->first++;
    }
    if (gone) memmove(r->at, r->at + gone, r->n - gone);
    r->n -= gone;
    r->last_at -= r->last_at < gone ? r->last_at : gone;
    return LINE_RING_BYTES - r->n >= n;
}

static size_t part_kept(size_t have, size_t more)
{
    size_t room = LINE_TELEGRAM_BYTES_MAX - have;
    return more < room ? more : room;
}

static void join_last(struct line_record *r, struct bytes bytes)
{
    struct head head = head_at(r, r->last_at);
    size_t kept = part_kept(head.n, bytes.n);

    if (kept && !make_room(r, kept, true)) kept = 0;
    if (kept) memcpy(r->at + r->n, bytes.at, kept);
    r->n += kept;
    head.n += (uint32_t)kept;
    head.cut_n += (uint32_t)(bytes.n - kept);
    memcpy(r->at + r->last_at, &head, sizeof head);
}

void line_record_put(struct line_record *r, bool sent, int64_t utc_ms, struct bytes bytes)
{
    ensure(r);

    if (!r->at) r->at = memory_new(LINE_RING_BYTES, 1);
    if (!r->at || bytes.n == 0) return;
    if (!sent && r->n > 0 && !head_at(r, r->last_at).sent) {
        join_last(r, bytes);
        return;
    }
    size_t kept = part_kept(0, bytes.n);
    struct head head = {utc_ms, (uint32_t)kept, (uint32_t)(bytes.n - kept), sent};
    ensure(make_room(r, sizeof head + kept, false));
    memcpy(r->at + r->n, &head, sizeof head);
    memcpy(r->at + r->n + sizeof head, bytes.at, kept);
    r->last_at = r->n;
    r->n += sizeof head + kept;
    r->count++;
}

void line_record_each(const struct line_record *r, uint64_t after,
                      void (*each)(void *context, const struct line_telegram *telegram),
                      void *context)
{
    uint64_t number = r->first;

    for (size_t at = 0; at < r->n;) {
        struct head head = head_at(r, at);
        struct line_telegram telegram = {
            .number = ++number,
            .utc_ms = head.utc_ms,
            .sent = head.sent,
            .cut_n = head.cut_n,
            .bytes = {r->at + at + sizeof head, head.n},
        };
        if (number > after) each(context, &telegram);
        at += sizeof head + head.n;
    }
}

void line_record_close(struct line_record *r)
{
    memory_free(r->at);
    *r = (struct line_record){0};
}
