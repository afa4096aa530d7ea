/* receive.c - see receive.h.
 *
 * Invariant: `received` holds a number only when its frame is committed; so numbers are
 * added after the commit, and within a group `seen` stands in for them. */
#include "serve/receive.h"

#include "base/ensure.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/ring.h"
#include "base/text.h"
#include "base/thread.h"
#include "serve/apply.h"
#include "serve/seen.h"
#include "serve/server.h"

enum {
    GROUP_UPLOADS_MAX = 128,
    WAIT_MS = 500,
    MAINTAIN_MS = 10000,
    SPARES_MAX = 16, /* used memory is warm: fresh pages cost more than decoding does */
    UPLOAD_DECODED_FACTOR = 10, /* bytes in memory for one on the wire, about */
    RESERVE_PART = 20           /* 1/20 of the disk stays free for records and people */
};

#define RESERVE_BYTES_MAX (256ULL << 20)

struct receive {
    struct server *server;
    struct ring *ring;
    struct thread thread;
    struct seen seen;
    int64_t maintained_mono_ms, space_mono_ms;
    bool space; /* enough free at the last look */
    struct lock lock;
    size_t waiting_bytes; /* under the lock, as the spares */
    struct upload *spares[SPARES_MAX];
    size_t spares_n;
};

static void *receive_run(void *context);

err receive_open(struct server *server, struct receive **receive)
{
    struct receive *made = memory_new(1, sizeof *made);
    if (!made) return ERR_MEMORY;
    made->server = server;
    made->space = true;
    lock_open(&made->lock);
    err e = ring_open(RECEIVE_UPLOADS_MAX, &made->ring);
    if (!e) e = thread_start(&made->thread, "receive", receive_run, made);
    if (e) {
        receive_close(made);
        return e;
    }
    *receive = made;
    return ERR_OK;
}

void receive_stop(struct receive *receive)
{
    if (!receive || !receive->ring) return;
    ring_shut(receive->ring);
    thread_join(&receive->thread);
}

void receive_close(struct receive *receive)
{
    if (!receive) return;
    receive_stop(receive);
    ring_close(receive->ring);
    for (size_t i = 0; i < receive->spares_n; i++) upload_close(receive->spares[i]);
    lock_close(&receive->lock);
    seen_close(&receive->seen);
    memory_free(receive);
}

bool receive_admit(struct receive *receive, struct upload *upload)
{
    size_t bytes = UPLOAD_DECODED_FACTOR * upload->body.n;
    lock_take(&receive->lock);
    bool room = receive->waiting_bytes == 0 ||
                receive->waiting_bytes + bytes <= RECEIVE_WAITING_BYTES_MAX;
    if (room) {
        receive->waiting_bytes += bytes;
        upload->admitted_bytes = bytes;
    }
    lock_give(&receive->lock);
    return room;
}

err receive_upload(struct receive *receive, struct buffer *body, const char *terminal,
                   struct upload **upload)
{
    struct upload *taken = NULL;
    lock_take(&receive->lock);
    if (receive->spares_n) taken = receive->spares[--receive->spares_n];
    lock_give(&receive->lock);
    err e = taken ? ERR_OK : upload_open(&taken);
    if (e) return e;
    upload_fill(taken, body, terminal);
    *upload = taken;
    return ERR_OK;
}

void receive_free(struct receive *receive, struct upload *upload)
{
    if (!upload) return;
    size_t admitted_bytes = upload->admitted_bytes;
    upload_clear(upload);
    lock_take(&receive->lock);
    ensure(receive->waiting_bytes >= admitted_bytes);
    receive->waiting_bytes -= admitted_bytes;
    bool keep = receive->spares_n < SPARES_MAX;
    if (keep) receive->spares[receive->spares_n++] = upload;
    lock_give(&receive->lock);
    if (!keep) upload_close(upload);
}

err receive_put(struct receive *receive, struct upload *upload)
{
    return ring_put(receive->ring, upload);
}

/* --- the group ---------------------------------------------------------------------- */

static void look_at_space(struct receive *receive)
{
    int64_t now_ms = clock_mono_ms(receive->server->options.clock);
    if (now_ms - receive->space_mono_ms < WAIT_MS && receive->space_mono_ms) return;
    receive->space_mono_ms = now_ms;
    uint64_t free_bytes = 0, size_bytes = 0;
    if (disk_space(receive->server->options.data_folder, &free_bytes, &size_bytes))
        return;
    uint64_t reserve = size_bytes / RESERVE_PART;
    if (reserve > RESERVE_BYTES_MAX) reserve = RESERVE_BYTES_MAX;
    bool space = free_bytes > reserve;
    struct health *health = &receive->server->health;
    if (!space)
        health_set(health, HEALTH_NO_SPACE, "the disk of the data folder is full");
    if (space && !receive->space) health_set(health, HEALTH_OK, "");
    receive->space = space;
}

static bool is_known(struct receive *receive, const struct frame *frame)
{
    struct server *server = receive->server;
    lock_take(&server->received_lock);
    bool known =
        received_has(server->received, frame->terminal, frame->spool, frame->sequence);
    lock_give(&server->received_lock);
    return known || seen_add(&receive->seen, frame) == ERR_DUPLICATE;
}

static err append(struct receive *receive, struct upload *upload,
                  struct upload_item *item)
{
    if (item->verdict == RAWLOG_STORED && is_known(receive, &item->frame)) {
        item->verdict = RAWLOG_DUPLICATE;
        text_copy(item->why, sizeof item->why, "received before");
    }
    bool kept = item->verdict != RAWLOG_DUPLICATE;
    struct rawlog_record record = {.received_ms = upload->received_ms,
                                   .spool = item->frame.spool,
                                   .sequence = item->frame.sequence,
                                   .check_code = item->check_code,
                                   .verdict = item->verdict,
                                   .bytes = kept ? item->envelope : (struct bytes){0}};
    text_copy(record.terminal, sizeof record.terminal, upload->terminal);
    text_copy(record.why, sizeof record.why, item->why);
    err e = rawlog_append(receive->server->rawlog, &record);
    if (!e) item->number = record.number;
    return e;
}

static err append_all(struct receive *receive, struct upload **uploads, size_t n)
{
    size_t items_n = 0;
    for (size_t u = 0; u < n; u++) items_n += uploads[u]->items_n;
    err e = seen_begin(&receive->seen, items_n);
    for (size_t u = 0; !e && u < n; u++) {
        for (size_t i = 0; !e && i < uploads[u]->items_n; i++) {
            struct upload_item *item = &uploads[u]->items[i];
            if (!item->later) e = append(receive, uploads[u], item);
        }
    }
    return e;
}

static void put_off(struct upload **uploads, size_t n)
{
    for (size_t u = 0; u < n; u++) {
        for (size_t i = 0; i < uploads[u]->items_n; i++) {
            uploads[u]->items[i].later = true;
            uploads[u]->items[i].number = 0;
        }
    }
}

static void remember(struct receive *receive, struct upload **uploads, size_t n)
{
    struct server *server = receive->server;
    err e = ERR_OK;
    lock_take(&server->received_lock);
    for (size_t u = 0; u < n; u++) {
        for (size_t i = 0; i < uploads[u]->items_n; i++) {
            const struct upload_item *item = &uploads[u]->items[i];
            if (!item->number || item->verdict != RAWLOG_STORED) continue;
            err one = received_add(server->received, item->frame.terminal,
                                   item->frame.spool, item->frame.sequence);
            if (one) e = one;
        }
    }
    lock_give(&server->received_lock);
    if (e) log_event(LOG_ERROR, "serve", "received_full", "error=%s", err_name(e));
}

/* --- answers ------------------------------------------------------------------------ */

static void give_verdict(const struct upload_item *item, struct verdict *verdict)
{
    static const enum upload_result results[RAWLOG_VERDICT_N] = {
        [RAWLOG_STORED] = UPLOAD_STORED,
        [RAWLOG_DUPLICATE] = UPLOAD_DUPLICATE,
        [RAWLOG_DAMAGED] = UPLOAD_DAMAGED,
        [RAWLOG_REFUSED] = UPLOAD_REFUSED,
    };

    verdict->sequence = item->frame.sequence;
    verdict->result = item->later ? UPLOAD_LATER : results[item->verdict];
    const char *text = item->later ? "the server cannot store it now" : item->why;
    if (item->verdict == RAWLOG_STORED && !item->later) text = "";
    text_copy(verdict->text, sizeof verdict->text, text);
}

static void encode_answer(struct receive *receive, struct upload *upload)
{
    struct catalog *catalog = server_catalog(receive->server);
    struct answer answer = {.server_ms = server_now_ms(receive->server),
                            .configuration = catalog->version};
    catalog_release(catalog);
    err e = ERR_OK;
    if (upload->items_n) {
        answer.verdicts =
            arena_new(&upload->arena, upload->items_n, sizeof(struct verdict));
        if (!answer.verdicts) e = ERR_MEMORY;
    }
    for (size_t i = 0; !e && i < upload->items_n; i++)
        give_verdict(&upload->items[i], &answer.verdicts[i]);
    answer.verdicts_n = upload->items_n;
    if (!e) e = answer_encode(&answer, &upload->answer);
    if (e)
        upload->answer.broken = e; /* no answer is no acknowledgement: it comes again */
}

static void log_rejected(const struct upload *upload)
{
    for (size_t i = 0; i < upload->items_n; i++) {
        const struct upload_item *item = &upload->items[i];
        if (item->later || item->verdict == RAWLOG_STORED) continue;
        if (item->verdict == RAWLOG_DUPLICATE) continue;
        log_event(LOG_WARNING, "serve", "frame_rejected",
                  "terminal=%s sequence=%llu verdict=%s why=\"%s\"", upload->terminal,
                  (unsigned long long)item->frame.sequence,
                  rawlog_verdict_text(item->verdict), item->why);
    }
}

static void group(struct receive *receive, struct upload **uploads, size_t n)
{
    struct server *server = receive->server;
    char text[HEALTH_TEXT_BYTES];
    look_at_space(receive);
    bool failed = health_get(&server->health, text) == HEALTH_FAILED;
    err e = ERR_OK;
    if (failed || !receive->space) {
        put_off(uploads, n);
    } else {
        e = append_all(receive, uploads, n);
        err committed = rawlog_commit(server->rawlog);
        if (!e) e = committed;
        if (e) put_off(uploads, n);
        if (e) health_of_err(&server->health, e, "raw log");
        if (e == ERR_SPACE) receive->space = false;
        if (!e) remember(receive, uploads, n);
    }
    for (size_t u = 0; u < n; u++) {
        log_rejected(uploads[u]);
        encode_answer(receive, uploads[u]);
        apply_expect(server->apply);
        uploads[u]->done(uploads[u], uploads[u]->context);
        if (apply_put(server->apply, uploads[u])) receive_free(receive, uploads[u]);
    }
}

static void maintain(struct receive *receive)
{
    struct server *server = receive->server;
    int64_t now_ms = clock_mono_ms(server->options.clock);
    if (now_ms - receive->maintained_mono_ms < MAINTAIN_MS) return;
    receive->maintained_mono_ms = now_ms;
    err e = rawlog_maintain(server->rawlog, server_now_ms(server));
    if (e) log_event(LOG_WARNING, "serve", "rawlog_maintain", "error=%s", err_name(e));
}

static void *receive_run(void *context)
{
    struct receive *receive = context;
    void *messages[GROUP_UPLOADS_MAX];
    for (;;) {
        size_t n = ring_take(receive->ring, messages, GROUP_UPLOADS_MAX, WAIT_MS);
        if (!n && ring_is_shut(receive->ring)) break;
        if (n) {
            struct upload *uploads[GROUP_UPLOADS_MAX];
            for (size_t i = 0; i < n; i++) uploads[i] = messages[i];
            group(receive, uploads, n);
        } else {
            look_at_space(receive);
        }
        maintain(receive);
    }
    return NULL;
}
