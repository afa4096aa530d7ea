/* api_log.c - the raw log: newest first, and one record with its frame decoded.
 *
 * The log is read forwards, so a page is found by windows that reach further and further
 * back, each read once; only a page of matches is kept. */
#include "base/text.h"
#include "model/quality.h"
#include "serve/api.h"
#include "serve/js.h"
#include "serve/request.h"
#include "serve/server.h"
#include "serve/upload.h"

#include <math.h>
#include <string.h>

enum {
    PAGE_USUAL = 100,
    PAGE_MAX = 10000,
    WINDOW_FIRST = 512,
    WINDOW_MAX = 16384,
    SCAN_MAX = 200000, /* records looked at for one answer */
    FRAME_ARENA_BYTES = 96 << 20
};

struct log_line {
    struct rawlog_record record; /* without its bytes */
    size_t bytes_n;
};

struct log_search {
    const char *folder;
    struct seal *seal;
    int64_t from_ms;
    const char *terminal, *search; /* NULL = any */
    int verdict;                   /* -1 = any */
    size_t limit;
    size_t n;                /* lines of the page, newest first */
    struct log_line *lines;  /* limit + 1 */
    struct log_line *window; /* ring of limit + 1 */
    bool passed_from;
};

static bool contains(const struct rawlog_record *record, const char *search)
{
    char text[CATALOG_CODE_BYTES + RAWLOG_WHY_BYTES + 64];
    text_format(text, sizeof text, "%s %08x %llu %016llx %s", record->terminal,
                (unsigned)record->check_code, (unsigned long long)record->sequence,
                (unsigned long long)record->spool, record->why);
    return strcasestr(text, search) != NULL;
}

static bool matches(const struct log_search *search, const struct rawlog_record *record)
{
    if (search->verdict >= 0 && (int)record->verdict != search->verdict) return false;
    if (search->terminal && !text_equal(search->terminal, record->terminal)) return false;
    return !search->search || contains(record, search->search);
}

/* Matches of [first, before), the newest of them into the page. */
static err read_window(struct log_search *search, uint64_t first, uint64_t before)
{
    struct rawlog_cursor *cursor = NULL;
    size_t room = search->limit + 1, found = 0;
    err e = rawlog_read_open(search->folder, search->seal, first, &cursor);
    while (!e) {
        struct rawlog_record record;
        e = rawlog_read(cursor, &record);
        if (e || record.number >= before) break;
        if (record.received_ms < search->from_ms) {
            search->passed_from = true;
            continue;
        }
        if (!matches(search, &record)) continue;
        struct log_line *line = &search->window[found++ % room];
        line->record = record;
        line->bytes_n = record.bytes.n;
    }
    rawlog_read_close(cursor);
    size_t kept = found < room ? found : room;
    for (size_t i = 0; i < kept && search->n < room; i++)
        search->lines[search->n++] = search->window[(found - 1 - i) % room];
    return e == ERR_SHORT ? ERR_OK : e;
}

static err read_page(struct log_search *search, uint64_t before)
{
    uint64_t window = WINDOW_FIRST;
    uint64_t scanned = 0;
    err e = ERR_OK;
    while (!e && before > 1 && search->n <= search->limit && !search->passed_from &&
           scanned < SCAN_MAX) {
        uint64_t first = before > window ? before - window : 1;
        e = read_window(search, first, before);
        scanned += before - first;
        before = first;
        if (window < WINDOW_MAX) window *= 2;
    }
    return e;
}

/* Number of the first record received at or after `to_ms`. */
static err number_at(struct server *server, int64_t to_ms, uint64_t *before)
{
    struct rawlog_cursor *cursor = NULL;
    struct rawlog_record record;
    err e = rawlog_read_open_time(server->rawlog_folder, server->seal, to_ms, &cursor);
    if (!e) e = rawlog_read(cursor, &record);
    if (!e && record.number < *before) *before = record.number;
    rawlog_read_close(cursor);
    return e == ERR_SHORT ? ERR_OK : e;
}

static void put_record(struct buffer *out, const struct rawlog_record *record,
                       size_t bytes_n)
{
    char spool[24], check_code[16];
    text_format(spool, sizeof spool, "%016llx", (unsigned long long)record->spool);
    text_format(check_code, sizeof check_code, "%08x", (unsigned)record->check_code);
    js_put_u64(out, "number", record->number);
    js_put_i64(out, "received_ms", record->received_ms);
    js_put_text(out, "terminal", record->terminal);
    js_put_text(out, "spool", spool);
    js_put_u64(out, "sequence", record->sequence);
    js_put_text(out, "check_code", check_code);
    js_put_text(out, "verdict", rawlog_verdict_text(record->verdict));
    js_put_text(out, "why", record->why);
    js_put_u64(out, "bytes", bytes_n);
}

static err read_query(struct request *request, struct log_search *search,
                      uint64_t *before)
{
    int64_t before_asked = 0, to_ms = INT64_MAX;
    search->limit = PAGE_USUAL;
    search->folder = request->server->rawlog_folder;
    search->seal = request->server->seal;
    search->from_ms = INT64_MIN;
    search->verdict = -1;
    search->terminal = request_query(request, "terminal");
    search->search = request_query(request, "search");
    if (search->terminal && !search->terminal[0]) search->terminal = NULL;
    if (search->search && !search->search[0]) search->search = NULL;
    const char *verdict = request_query(request, "verdict");
    for (int v = 0; verdict && v < RAWLOG_VERDICT_N; v++)
        if (text_equal(verdict, rawlog_verdict_text((enum rawlog_verdict)v)))
            search->verdict = v;
    err e = request_query_limit(request, PAGE_MAX, &search->limit);
    if (!e) e = request_query_i64(request, "before", 0, INT64_MAX, &before_asked);
    if (!e) e = request_query_time(request, "from", &search->from_ms);
    if (!e) e = request_query_time(request, "to", &to_ms);
    if (e) return e;
    *before = rawlog_last_number(request->server->rawlog) + 1;
    if (before_asked && (uint64_t)before_asked < *before)
        *before = (uint64_t)before_asked;
    if (to_ms == INT64_MAX) return ERR_OK;
    e = number_at(request->server, to_ms, before);
    if (e) answer_err(request, e);
    return e;
}

void api_log(struct request *request)
{
    struct log_search search = {0};
    uint64_t before = 0;
    if (read_query(request, &search, &before)) return;
    search.lines = arena_new(&request->arena, search.limit + 1, sizeof *search.lines);
    search.window = arena_new(&request->arena, search.limit + 1, sizeof *search.window);
    err e = search.lines && search.window ? read_page(&search, before) : ERR_MEMORY;
    if (e) {
        answer_err(request, e);
        return;
    }
    struct buffer *out = &request->out;
    js_object(out);
    js_key(out, "records");
    js_array(out);
    for (size_t i = 0; i < search.n && i < search.limit; i++) {
        js_object(out);
        put_record(out, &search.lines[i].record, search.lines[i].bytes_n);
        js_object_end(out);
    }
    js_array_end(out);
    js_put_bool(out, "more", search.n > search.limit);
    js_object_end(out);
    answer_json(request, 200);
}

/* --- one record --------------------------------------------------------------------- */

static void put_device_status(struct buffer *out, const struct device_status *status)
{
    static const char *const words[] = {"unknown", "online", "partial", "offline"};
    js_object(out);
    js_put_u64(out, "device", status->device);
    js_put_text(out, "state", words[status->state]);
    js_put_i64_or_null(out, "since_ms", status->since_ms);
    js_put_i64_or_null(out, "answered_ms", status->answered_ms);
    js_put_u64(out, "polls", status->polls);
    js_put_u64(out, "failures", status->failures);
    js_put_u64(out, "response_ms", status->response_ms);
    js_put_text(out, "error", status->error ? status->error : "");
    js_object_end(out);
}

static void put_column(struct buffer *out, const struct block *block, size_t c)
{
    js_array(out);
    for (size_t r = 0; r < block->times_n; r++) {
        size_t i = c * block->times_n + r;
        js_double(out, quality_has_value(block->qualities[i]) ? block->values[i] : NAN);
    }
    js_array_end(out);
}

static void put_qualities(struct buffer *out, const struct block *block, size_t c)
{
    js_array(out);
    for (size_t r = 0; r < block->times_n; r++)
        js_u64(out, block->qualities[c * block->times_n + r]);
    js_array_end(out);
}

static void put_block(struct buffer *out, const struct block *block)
{
    js_object(out);
    js_put_u64(out, "device", block->device);
    js_key(out, "times_ms");
    js_array(out);
    for (size_t i = 0; i < block->times_n; i++) js_i64(out, block->times_ms[i]);
    js_array_end(out);
    js_key(out, "points");
    js_array(out);
    for (size_t i = 0; i < block->columns_n; i++) js_u64(out, block->points[i]);
    js_array_end(out);
    js_key(out, "values");
    js_array(out);
    for (size_t c = 0; c < block->columns_n; c++) put_column(out, block, c);
    js_array_end(out);
    js_key(out, "qualities");
    js_array(out);
    for (size_t c = 0; c < block->columns_n; c++) put_qualities(out, block, c);
    js_array_end(out);
    js_object_end(out);
}

static void put_terminal_status(struct buffer *out, const struct frame *frame)
{
    const struct terminal_status *status = &frame->terminal_status;
    js_key(out, "terminal_status");
    if (!frame->has_terminal_status) {
        js_null(out);
        return;
    }
    js_object(out);
    js_put_i64(out, "started_ms", status->started_ms);
    js_put_u64(out, "spool_frames", status->spool_frames);
    js_put_u64(out, "spool_bytes", status->spool_bytes);
    js_put_u64(out, "dropped_frames", status->dropped_frames);
    js_put_u64(out, "missed_polls", status->missed_polls);
    js_put_u64(out, "memory_bytes", status->memory_bytes);
    js_put_text(out, "version", status->version ? status->version : "");
    js_object_end(out);
}

static void put_frame(struct buffer *out, const struct rawlog_record *record)
{
    struct arena arena;
    struct frame frame = {0};
    arena_open(&arena, FRAME_ARENA_BYTES);
    js_key(out, "frame");
    if (!record->bytes.n || upload_decode(record->bytes, &arena, &frame)) {
        js_null(out);
        arena_close(&arena);
        return;
    }
    js_object(out);
    js_put_i64(out, "transmitted_ms", frame.transmitted_ms);
    js_key(out, "status");
    js_array(out);
    for (size_t i = 0; i < frame.status_n; i++) put_device_status(out, &frame.status[i]);
    js_array_end(out);
    js_key(out, "blocks");
    js_array(out);
    for (size_t i = 0; i < frame.blocks_n; i++) put_block(out, &frame.blocks[i]);
    js_array_end(out);
    put_terminal_status(out, &frame);
    js_object_end(out);
    arena_close(&arena);
}

static void put_hex(struct buffer *out, struct bytes bytes)
{
    static const char digits[] = "0123456789abcdef";
    js_key(out, "hex");
    buffer_put_u8(out, '"');
    uint8_t *at = buffer_extend(out, 2 * bytes.n);
    for (size_t i = 0; at && i < bytes.n; i++) {
        at[2 * i] = (uint8_t)digits[bytes.at[i] >> 4];
        at[2 * i + 1] = (uint8_t)digits[bytes.at[i] & 15];
    }
    buffer_put_u8(out, '"');
}

void api_log_record(struct request *request)
{
    uint64_t number = 0;
    if (request_word_id(request, 0, &number)) return;
    struct rawlog_cursor *cursor = NULL;
    struct rawlog_record record = {0};
    struct server *server = request->server;
    err e = rawlog_read_open(server->rawlog_folder, server->seal, number, &cursor);
    if (!e) e = rawlog_read(cursor, &record);
    if (e == ERR_SHORT || (!e && record.number != number)) e = ERR_UNKNOWN;
    if (e) {
        answer_err(request, e);
    } else {
        struct buffer *out = &request->out;
        js_object(out);
        put_record(out, &record, record.bytes.n);
        put_frame(out, &record);
        put_hex(out, record.bytes);
        js_object_end(out);
        answer_json(request, 200);
    }
    rawlog_read_close(cursor);
}
