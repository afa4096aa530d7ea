/* api_alarms.c - the list of alarms, and acknowledging. */
#include "base/log.h"
#include "base/text.h"
#include "serve/api.h"
#include "serve/csv_out.h"
#include "serve/js.h"
#include "serve/json_alarm.h"
#include "serve/request.h"
#include "serve/server.h"

enum { LIST_MAX = 10000, LIST_USUAL = 500, ACKNOWLEDGE_MAX = 5000 };

struct alarm_list {
    struct request *request;
    const struct catalog *catalog;
    size_t left_n;
    bool more;
};

static err list_json(void *context, const struct alarm_record *record)
{
    struct alarm_list *list = context;
    if (!list->left_n) {
        list->more = true;
        return ERR_OK;
    }
    list->left_n--;
    json_alarm(&list->request->out, record, list->catalog, list->request->server->live);
    return list->request->out.broken;
}

static err list_csv(void *context, const struct alarm_record *record)
{
    struct alarm_list *list = context;
    struct buffer *out = &list->request->out;
    const struct calendar *calendar = list->request->server->calendar;
    const struct site *site = catalog_site(list->catalog, record->site);
    bool english = list->request->english;
    if (!list->left_n) return ERR_OK;
    list->left_n--;
    csv_i64(out, (int64_t)record->id);
    csv_i64(out, record->priority);
    csv_text(out, alarm_kind_word(record->kind));
    csv_text(out, site ? (english && site->name_en[0] ? site->name_en : site->name) : "");
    csv_text(out, english && record->text_en[0] ? record->text_en : record->text);
    csv_number(out, record->limit);
    csv_number(out, record->value_at_raise);
    csv_number(out, record->extreme);
    csv_text(out, alarm_unit(record, list->catalog));
    csv_times(out, calendar, record->raised_ms);
    csv_times(out, calendar, record->returned_ms);
    csv_times(out, calendar, record->acknowledged_ms);
    csv_text(out, record->acknowledged_by);
    csv_text(out, record->note);
    csv_text(out, alarm_state_word(record));
    csv_row_end(out);
    return out->broken;
}

static void csv_head(struct buffer *out, bool english)
{
    static const char *const heads[][2] = {
        {"编号", "id"},
        {"级别", "priority"},
        {"类型", "kind"},
        {"站点", "site"},
        {"内容", "text"},
        {"限值", "limit"},
        {"报警值", "value"},
        {"极值", "extreme"},
        {"单位", "unit"},
        {"发生时间", "raised"},
        {"发生 UTC", "raised UTC"},
        {"恢复时间", "returned"},
        {"恢复 UTC", "returned UTC"},
        {"确认时间", "acknowledged"},
        {"确认 UTC", "acknowledged UTC"},
        {"确认人", "by"},
        {"备注", "note"},
        {"状态", "state"},
    };
    csv_bom(out);
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        csv_text(out, heads[i][english]);
    csv_row_end(out);
}

static err read_filter(struct request *request, struct alarms_filter *filter)
{
    const char *state = request_query(request, "state");
    int64_t before = 0, site = 0;
    filter->limit = LIST_USUAL;
    filter->active = !state || !text_equal(state, "history");
    filter->from_ms = 0;
    filter->to_ms = INT64_MAX;
    filter->search = request_query(request, "search");
    if (filter->search && !filter->search[0]) filter->search = NULL;
    err e = request_query_time(request, "from", &filter->from_ms);
    if (!e) e = request_query_time(request, "to", &filter->to_ms);
    if (!e) e = request_query_limit(request, LIST_MAX, &filter->limit);
    if (!e) e = request_query_i64(request, "before", 0, INT64_MAX, &before);
    if (!e) e = request_query_i64(request, "site", 0, UINT32_MAX, &site);
    filter->before = (uint64_t)before;
    filter->site = (uint32_t)site;
    return e;
}

static void answer_list(struct request *request, struct alarms_filter *filter,
                        struct alarm_list *list)
{
    struct server *server = request->server;
    struct buffer *out = &request->out;
    if (request_accepts(request, "text/csv")) {
        csv_head(out, request->english);
        err e = alarms_list(server->alarms, filter, list_csv, list);
        if (e)
            answer_err(request, e);
        else
            answer_csv(request, "alarms.csv");
        return;
    }
    filter->limit++; /* one more, to know whether there is more */
    js_object(out);
    js_key(out, "alarms");
    js_array(out);
    err e = alarms_list(server->alarms, filter, list_json, list);
    js_array_end(out);
    js_key(out, "counts");
    json_alarm_counts(out, server->alarms);
    js_put_bool(out, "more", list->more);
    js_object_end(out);
    if (e)
        answer_err(request, e);
    else
        answer_json(request, 200);
}

void api_alarms(struct request *request)
{
    struct alarms_filter filter = {0};
    if (read_filter(request, &filter)) return;
    struct catalog *catalog = server_catalog(request->server);
    struct alarm_list list = {
        .request = request, .catalog = catalog, .left_n = filter.limit};
    answer_list(request, &filter, &list);
    catalog_release(catalog);
}

/* --- acknowledging ------------------------------------------------------------------ */

struct acknowledging {
    struct request *request;
    const char *note;
    uint64_t *done, *already;
    size_t done_n, already_n;
};

static err acknowledge_one(struct acknowledging *a, uint64_t id)
{
    struct server *server = a->request->server;
    const char *who = a->request->session.account.name;
    err e = alarms_acknowledge(server->alarms, id, who, a->note, server_now_ms(server));
    if (e == ERR_DUPLICATE) {
        a->already[a->already_n++] = id;
        return ERR_OK;
    }
    if (e) return e;
    a->done[a->done_n++] = id;
    log_event(LOG_INFO, "watch", "acknowledged", "alarm=%llu by=%s",
              (unsigned long long)id, who);
    return ERR_OK;
}

static void put_ids(struct buffer *out, const char *name, const uint64_t *ids, size_t n)
{
    js_key(out, name);
    js_array(out);
    for (size_t i = 0; i < n; i++) js_u64(out, ids[i]);
    js_array_end(out);
}

static void answer_acknowledged(struct request *request, const struct acknowledging *a)
{
    live_wake(request->server->live); /* the streams show it at once */
    js_object(&request->out);
    put_ids(&request->out, "acknowledged", a->done, a->done_n);
    put_ids(&request->out, "already", a->already, a->already_n);
    js_object_end(&request->out);
    answer_json(request, 200);
}

static void acknowledge(struct request *request, const json_t *list, const char *note)
{
    size_t n = json_array_size(list);
    struct acknowledging a = {.request = request, .note = note};
    a.done = arena_new(&request->arena, n ? n : 1, sizeof *a.done);
    a.already = arena_new(&request->arena, n ? n : 1, sizeof *a.already);
    err e = a.done && a.already ? ERR_OK : ERR_MEMORY;
    for (size_t i = 0; !e && i < n; i++) {
        json_int_t id = json_integer_value(json_array_get(list, i));
        e = id > 0 ? acknowledge_one(&a, (uint64_t)id) : ERR_UNKNOWN;
    }
    if (e == ERR_UNKNOWN)
        answer_problem(request, PROBLEM_UNKNOWN, "没有这条报警", "No such alarm");
    else if (e)
        answer_err(request, e);
    else
        answer_acknowledged(request, &a);
}

void api_alarms_acknowledge(struct request *request)
{
    json_t *json = request_json(request);
    if (!json) return;
    const json_t *list = json_object_get(json, "alarms");
    const char *note = NULL;
    err e = request_json_text(request, json, "note", ALARMS_NOTE_BYTES - 1, &note);
    if (!e && (!json_is_array(list) || json_array_size(list) > ACKNOWLEDGE_MAX)) {
        answer_problem(request, PROBLEM_MALFORMED, "alarms 应为报警编号的数组",
                       "alarms is an array of ids");
    } else if (!e) {
        acknowledge(request, list, note ? note : "");
    }
    json_decref(json);
}
