/* report.c - a list of values that grows in its arena, and its form as a telegram. */
#include "wire/report.h"

#include "base/ensure.h"
#include "base/text.h"

#include <inttypes.h>
#include <string.h>

enum { VALUES_FIRST = 16 };

void report_begin(struct report *report, const char *kind)
{
    ensure(report && kind);
    *report = (struct report){.kind = kind, .device = "", .id = ""};
}

/* Full at 0, 16, 32, 64 ... values: then a list of twice the size takes over. */
static bool is_full(size_t n)
{
    return n == 0 || (n >= VALUES_FIRST && (n & (n - 1)) == 0);
}

struct report_value *report_add(struct report *report, struct arena *arena)
{
    size_t n = report->values_n;

    if (n >= REPORT_VALUES_MAX) {
        (void)report_wrong(report, ERR_FULL, 0, "more values than one message may have");
        return NULL;
    }
    if (is_full(n)) {
        size_t room = n ? 2 * n : VALUES_FIRST;
        struct report_value *values = arena_new(arena, room, sizeof *values);
        if (!values) {
            (void)report_wrong(report, ERR_MEMORY, 0, "the message is too large");
            return NULL;
        }
        if (n) memcpy(values, report->values, n * sizeof *values);
        report->values = values;
    }
    report->values[n] = (struct report_value){.name = "", .text = ""};
    return &report->values[report->values_n++];
}

err report_wrong(struct report *report, err what, size_t at, const char *why)
{
    if (report->why[0]) return what;
    (void)text_copy(report->why, sizeof report->why, why);
    report->at = at;
    return what;
}

const struct report_value *report_find(const struct report *report, const char *name,
                                       bool is_head)
{
    for (size_t i = report->values_n; i-- > 0;) {
        const struct report_value *v = &report->values[i];
        if (v->is_head == is_head && text_equal(v->name, name)) return v;
    }
    return NULL;
}

/* --- as a telegram --------------------------------------------------------------- */

/* What Sparkplug calls them, by number. */
static const char *type_word(uint32_t datatype)
{
    static const char *const words[] = {
        "",        "Int8",   "Int16",    "Int32", "Int64", "UInt8",   "UInt16",
        "UInt32",  "UInt64", "Float",    "Double", "Boolean", "String", "DateTime",
        "Text",    "UUID",   "DataSet",  "Bytes", "File",  "Template"};

    return datatype > 0 && datatype < COUNT(words) ? words[datatype] : NULL;
}

static void show_bytes(struct bytes raw, struct telegram_value *out)
{
    char hex[TELEGRAM_TEXT_BYTES];
    size_t most = (sizeof hex - 1) / 2;

    out->raw = raw;
    bytes_to_hex((struct bytes){raw.at, raw.n < most ? raw.n : most}, hex);
    (void)text_copy(out->text, sizeof out->text, hex);
}

static void show_what(const struct report_value *v, struct telegram_value *out)
{
    char time[32];

    switch (v->kind) {
    case REPORT_NUMBER:
    case REPORT_TEXT:
    case REPORT_ABSENT:
        if (!text_copy(out->text, sizeof out->text, v->text)) out->whole_text = v->text;
        break;
    case REPORT_TRUTH:
        (void)text_copy(out->text, sizeof out->text, v->number != 0 ? "true" : "false");
        break;
    case REPORT_TIME:
        text_from_time((int64_t)v->number, time);
        (void)text_copy(out->text, sizeof out->text, time);
        break;
    case REPORT_BYTES: show_bytes(v->raw, out); break;
    }
}

static void show_value(const struct report_value *v, struct telegram_value *out)
{
    static const enum telegram_kind kinds[] = {
        [REPORT_NUMBER] = TELEGRAM_NUMBER, [REPORT_TRUTH] = TELEGRAM_NUMBER,
        [REPORT_TIME] = TELEGRAM_TIME,     [REPORT_TEXT] = TELEGRAM_TEXT,
        [REPORT_BYTES] = TELEGRAM_BYTES,   [REPORT_ABSENT] = TELEGRAM_ABSENT};

    out->kind = kinds[v->kind];
    out->number = v->number;
    out->function = v->is_head         ? "header"
                    : v->is_historical ? "historical"
                                       : "instantaneous";
    out->at = v->at;
    out->type = type_word(v->datatype);
    out->is_timed = v->is_timed;
    out->time_ms = v->time_ms;
    out->has_alias = v->has_alias;
    out->alias = v->alias;
    if (!v->name[0] && v->has_alias)
        (void)text_format(out->name, sizeof out->name, "alias %" PRIu64, v->alias);
    else if (!text_copy(out->name, sizeof out->name, v->name[0] ? v->name : "?"))
        out->whole_name = v->name;
    show_what(v, out);
}

static err show_head(const struct report *report, struct arena *arena,
                     struct telegram *telegram)
{
    struct report_value time = {.name = "timestamp",
                                .kind = REPORT_TIME,
                                .is_head = true,
                                .text = "",
                                .number = (double)report->time_ms};
    struct report_value seq = {.name = "seq",
                               .is_head = true,
                               .text = "",
                               .number = (double)report->sequence};
    struct telegram_value *out;

    if (report->is_timed) {
        out = telegram_add(telegram, arena);
        if (!out) return ERR_FULL;
        show_value(&time, out);
    }
    if (report->has_sequence) {
        out = telegram_add(telegram, arena);
        if (!out) return ERR_FULL;
        show_value(&seq, out);
    }
    return ERR_OK;
}

err report_telegram(const struct report *report, struct arena *arena,
                    struct telegram *telegram)
{
    ensure(report && arena && telegram);

    const char *protocol = telegram->protocol;
    *telegram = (struct telegram){.protocol = protocol, .at = report->at};
    (void)text_copy(telegram->kind, sizeof telegram->kind, report->kind);
    (void)text_copy(telegram->address, sizeof telegram->address, report->device);
    (void)text_copy(telegram->id, sizeof telegram->id, report->id);
    (void)text_copy(telegram->why, sizeof telegram->why, report->why);
    err e = show_head(report, arena, telegram);
    for (size_t i = 0; i < report->values_n && !e; i++) {
        struct telegram_value *out = telegram_add(telegram, arena);
        if (!out) return ERR_FULL;
        show_value(&report->values[i], out);
    }
    return e;
}
