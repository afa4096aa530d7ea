/* alarm_records_read.c - the SQL of alarms: reading.
 *
 * Order and paging are by (raised_ms, id): the page before an alarm is what was raised
 * before it, so late-marked alarms stand where they belong. */
#include "watch/alarm_records.h"

#include "base/ensure.h"
#include "base/text.h"

#include <ctype.h>
#include <string.h>

enum { LIKE_BYTES = 256, LIMIT_DEFAULT = 1000 };

#define ALARM_COLUMNS                                                                    \
    "id, kind, bit, priority, site, device, point, terminal, text, text_en, "            \
    "limit_value,"                                                                       \
    " value, extreme, raised_ms, returned_ms, acknowledged_ms, acknowledged_by, note, "  \
    "late,"                                                                              \
    " version"

static const struct statement raised_of = {"alarms.raised_of",
                                           "SELECT raised_ms FROM alarm WHERE id = ?1"};
#define PAGE_RULE                                                                        \
    " raised_ms >= ?1 AND raised_ms < ?2 AND (raised_ms < ?3 OR id < ?4)"                \
    " AND (lower(text) LIKE ?5 ESCAPE '!' OR lower(text_en) LIKE ?5 ESCAPE '!'"          \
    " OR lower(search) LIKE ?5 ESCAPE '!') ORDER BY raised_ms DESC, id DESC"
static const struct statement active_page = {
    "alarms.active_page",
    "SELECT " ALARM_COLUMNS " FROM alarm WHERE closed = 0 AND" PAGE_RULE};
static const struct statement history_page = {
    "alarms.history_page", "SELECT " ALARM_COLUMNS " FROM alarm WHERE" PAGE_RULE};
static const struct statement changed_since = {
    "alarms.changed_since",
    "SELECT " ALARM_COLUMNS " FROM alarm WHERE version > ?1 ORDER BY version"};

static err read_row(struct query *query, struct alarm_record *record)
{
    *record = (struct alarm_record){
        .id = (uint64_t)query_i64(query, 0),
        .bit = (int)query_i64(query, 2),
        .priority = (unsigned)query_i64(query, 3),
        .site = (uint32_t)query_i64(query, 4),
        .device = (uint32_t)query_i64(query, 5),
        .point = (uint32_t)query_i64(query, 6),
        .terminal = (uint32_t)query_i64(query, 7),
        .limit = query_double(query, 10),
        .value_at_raise = query_double(query, 11),
        .extreme = query_double(query, 12),
        .raised_ms = query_i64(query, 13),
        .returned_ms = query_i64(query, 14),
        .acknowledged_ms = query_i64(query, 15),
        .late = query_i64(query, 18) != 0,
        .version = (uint64_t)query_i64(query, 19),
    };
    bool fits =
        text_copy(record->text, sizeof record->text, query_text(query, 8)) &&
        text_copy(record->text_en, sizeof record->text_en, query_text(query, 9)) &&
        text_copy(record->acknowledged_by, sizeof record->acknowledged_by,
                  query_text(query, 16)) &&
        text_copy(record->note, sizeof record->note, query_text(query, 17));
    err e = alarm_kind_from_word(query_text(query, 1), &record->kind);
    return e || !fits ? ERR_CORRUPT : ERR_OK;
}

/* "%part%" in lower case with LIKE's own signs taken literally; "%" for any. */
static err like_pattern(const char *search, char out[LIKE_BYTES])
{
    if (search == NULL || search[0] == '\0') {
        (void)text_copy(out, LIKE_BYTES, "%");
        return ERR_OK;
    }
    size_t n = 0;
    out[n++] = '%';
    for (const char *p = search; *p; p++) {
        if (n + 4 > LIKE_BYTES) return ERR_RANGE;
        if (strchr("%_!", *p)) out[n++] = '!';
        out[n++] = (char)tolower((unsigned char)*p);
    }
    out[n++] = '%';
    out[n] = '\0';
    return ERR_OK;
}

/* Where the page begins: behind the alarm `before`. */
static err page_start(struct database *database, uint64_t before, int64_t *raised_ms)
{
    *raised_ms = INT64_MAX - 1;
    if (before == 0) return ERR_OK;
    struct query *query;
    err e = query_open(database, &raised_of, &query);
    if (e) return e;
    query_bind_i64(query, (int64_t)before);
    bool found = query_row(query);
    if (found) *raised_ms = query_i64(query, 0);
    e = query_close(query);
    return !e && !found ? ERR_UNKNOWN : e;
}

static void bind_page(struct query *query, const struct alarms_filter *filter,
                      int64_t start_ms, const char *like)
{
    bool whole = filter->active;
    int64_t to_ms = whole || filter->to_ms == 0 ? INT64_MAX : filter->to_ms;
    if (to_ms > start_ms + 1) to_ms = start_ms + 1;
    query_bind_i64(query, whole ? INT64_MIN : filter->from_ms);
    query_bind_i64(query, to_ms);
    query_bind_i64(query, start_ms);
    query_bind_i64(query, filter->before ? (int64_t)filter->before : INT64_MAX);
    query_bind_text(query, like);
}

err alarm_records_list(struct database *database, const struct alarms_filter *filter,
                       bool (*keep)(void *context, const struct alarm_record *record),
                       alarms_each each, void *context)
{
    char like[LIKE_BYTES];
    int64_t start_ms;
    err e = like_pattern(filter->search, like);
    if (!e) e = page_start(database, filter->before, &start_ms);
    if (e) return e;

    struct query *query;
    e = query_open(database, filter->active ? &active_page : &history_page, &query);
    if (e) return e;
    bind_page(query, filter, start_ms, like);
    size_t left_n = filter->limit ? filter->limit : LIMIT_DEFAULT;
    struct alarm_record record;
    while (!e && left_n > 0 && query_row(query)) {
        e = read_row(query, &record);
        if (e || (keep && !keep(context, &record))) continue;
        e = each(context, &record);
        left_n--;
    }
    err closed = query_close(query);
    return e ? e : closed;
}

err alarm_records_changed(struct database *database, uint64_t since, alarms_each each,
                          void *context)
{
    struct query *query;
    err e = query_open(database, &changed_since, &query);
    if (e) return e;
    query_bind_i64(query, (int64_t)since);
    struct alarm_record record;
    while (!e && query_row(query)) {
        e = read_row(query, &record);
        if (!e) e = each(context, &record);
    }
    err closed = query_close(query);
    return e ? e : closed;
}
