/* api_corrections.c - /api/v1/points/ID/corrections. */
#include "base/log.h"
#include "base/text.h"
#include "model/quality.h"
#include "serve/api.h"
#include "serve/corrections.h"
#include "serve/js.h"
#include "serve/request.h"
#include "serve/server.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_MS = 24 * 3600 * 1000 };

static err wrong(struct request *request, const char *zh, const char *en)
{
    answer_problem(request, PROBLEM_MALFORMED, zh, en);
    return ERR_RANGE;
}

/* --- what is wanted ----------------------------------------------------------------- */

static int by_time(const void *a, const void *b)
{
    int64_t x = ((const struct correction_value *)a)->time_ms;
    int64_t y = ((const struct correction_value *)b)->time_ms;
    return (x > y) - (x < y);
}

static bool take_value(const json_t *row, uint8_t quality, int64_t latest_ms,
                       struct correction_value *value)
{
    const json_t *time = json_array_get(row, 0), *number = json_array_get(row, 1);
    if (!json_is_integer(time) || !json_is_number(number)) return false;
    *value = (struct correction_value){.time_ms = json_integer_value(time),
                                       .new_value = json_number_value(number),
                                       .old_value = (double)NAN,
                                       .old_quality = QUALITY_NO_ANSWER,
                                       .new_quality = quality};
    return value->time_ms >= 0 && value->time_ms <= latest_ms &&
           isfinite(value->new_value);
}

static err take_values(struct request *request, const json_t *json, uint8_t quality,
                       struct correction *correction)
{
    const json_t *list = json_object_get(json, "values");
    size_t n = json_array_size(list);
    int64_t latest_ms = server_now_ms(request->server);
    if (!n || n > CORRECTION_VALUES_MAX)
        return wrong(request, "values 应有 1 到 20000 个 [时间毫秒, 数值]",
                     "values holds 1 to 20000 of [time in ms, number]");
    correction->values = arena_new(&request->arena, n, sizeof *correction->values);
    if (!correction->values) {
        answer_err(request, ERR_MEMORY);
        return ERR_MEMORY;
    }
    for (size_t i = 0; i < n; i++)
        if (!take_value(json_array_get(list, i), quality, latest_ms,
                        &correction->values[i]))
            return wrong(request, "values 的每项为 [时间毫秒, 数值]，时间不在将来",
                         "Each of values is [time in ms, number], not in the future");
    qsort(correction->values, n, sizeof *correction->values, by_time);
    for (size_t i = 1; i < n; i++)
        if (correction->values[i - 1].time_ms == correction->values[i].time_ms)
            return wrong(request, "values 中有重复的时间",
                         "A time stands twice in values");
    correction->n = n;
    return ERR_OK;
}

static err take_wish(struct request *request, const json_t *json,
                     struct correction *correction)
{
    const char *quality = NULL, *reason = NULL;
    err e = request_json_text(request, json, "quality", CATALOG_CODE_BYTES, &quality);
    if (!e)
        e = request_json_text(request, json, "reason", CORRECTION_REASON_BYTES - 1,
                              &reason);
    if (e) return e;
    bool estimated = quality && text_equal(quality, "estimated");
    if (quality && !estimated && !text_equal(quality, "hand_set"))
        return wrong(request, "quality 应为 hand_set 或 estimated",
                     "quality is hand_set or estimated");
    if (!reason || !reason[0]) return wrong(request, "请填写理由", "A reason is needed");
    correction->reason = reason;
    return take_values(request, json, estimated ? QUALITY_ESTIMATED : QUALITY_HAND_SET,
                       correction);
}

/* --- what stood there --------------------------------------------------------------- */

static err note_old(void *context, const struct history_sample *samples, size_t n)
{
    struct correction *correction = context;
    for (size_t i = 0; i < n; i++) {
        const struct correction_value key = {.time_ms = samples[i].time_ms};
        struct correction_value *value =
            bsearch(&key, correction->values, correction->n, sizeof key, by_time);
        if (!value) continue;
        value->had_old = true;
        value->old_quality = samples[i].quality;
        value->old_value =
            quality_has_value(samples[i].quality) ? samples[i].value : (double)NAN;
    }
    return ERR_OK;
}

static err read_old(struct request *request, uint32_t device,
                    struct correction *correction)
{
    const struct history_range range = {
        .device = device,
        .point = correction->point,
        .from_ms = correction->values[0].time_ms,
        .to_ms = correction->values[correction->n - 1].time_ms + 1};
    return historian_raw(request->server->historian, &range, note_old, correction);
}

/* --- sending ------------------------------------------------------------------------ */

static err put_in_place(struct request *request, uint32_t device,
                        const struct correction *correction)
{
    char terminal[CATALOG_CODE_BYTES];
    struct outside_sample *samples =
        arena_new(&request->arena, correction->n, sizeof *samples);
    if (!samples) return ERR_MEMORY;
    for (size_t i = 0; i < correction->n; i++)
        samples[i] =
            (struct outside_sample){.device = device,
                                    .point = correction->point,
                                    .time_ms = correction->values[i].time_ms,
                                    .value = correction->values[i].new_value,
                                    .quality = correction->values[i].new_quality};
    text_format(terminal, sizeof terminal, "correction-%s", correction->author);
    struct outside_batch batch = {.server = request->server,
                                  .arena = &request->arena,
                                  .n = correction->n,
                                  .samples = samples,
                                  .terminal = terminal};
    return outside_send(&batch);
}

static void make(struct request *request, uint32_t device, struct correction *correction)
{
    correction->author = request->session.account.name;
    correction->made_ms = server_now_ms(request->server);
    err e = read_old(request, device, correction);
    if (!e) e = corrections_add(request->server->database_path, correction);
    if (!e) e = put_in_place(request, device, correction);
    if (e) {
        answer_err(request, e);
        return;
    }
    log_event(LOG_INFO, "serve", "corrected", "point=%u values=%zu correction=%llu by=%s",
              (unsigned)correction->point, correction->n,
              (unsigned long long)correction->id, correction->author);
    js_object(&request->out);
    js_put_u64(&request->out, "id", correction->id);
    js_object_end(&request->out);
    answer_json(request, 201);
}

/* False: there is none, and it was answered. */
static bool find_point(struct request *request, uint32_t *point, uint32_t *device)
{
    uint64_t id = 0;
    if (request_word_id(request, 0, &id)) return false;
    struct catalog *catalog = server_catalog(request->server);
    const struct point *found =
        id <= UINT32_MAX ? catalog_point(catalog, (uint32_t)id) : NULL;
    if (found) *point = found->id;
    if (found) *device = found->device;
    catalog_release(catalog);
    if (!found) answer_problem(request, PROBLEM_UNKNOWN, "没有这个测点", "No such point");
    return found;
}

void api_corrections_add(struct request *request)
{
    struct correction correction = {0};
    uint32_t device = 0;
    if (!find_point(request, &correction.point, &device)) return;
    json_t *json = request_json(request);
    if (!json) return;
    if (!take_wish(request, json, &correction)) make(request, device, &correction);
    json_decref(json);
}

/* --- listing ------------------------------------------------------------------------ */

static err put_correction(void *context, const struct correction *one)
{
    struct buffer *out = context;
    js_object(out);
    js_put_u64(out, "id", one->id);
    js_put_i64(out, "made_ms", one->made_ms);
    js_put_text(out, "author", one->author);
    js_put_text(out, "reason", one->reason);
    js_key(out, "values");
    js_array(out);
    for (size_t i = 0; i < one->n; i++) {
        const struct correction_value *value = &one->values[i];
        js_array(out);
        js_i64(out, value->time_ms);
        js_double(out, value->old_value);
        js_text(out, value->had_old ? quality_text(value->old_quality) : NULL);
        js_double(out, value->new_value);
        js_text(out, quality_text(value->new_quality));
        js_array_end(out);
    }
    js_array_end(out);
    js_object_end(out);
    return out->broken;
}

void api_corrections_list(struct request *request)
{
    uint32_t point = 0, device = 0;
    int64_t from_to_ms[2] = {0, server_now_ms(request->server) + DAY_MS};
    if (!find_point(request, &point, &device)) return;
    if (request_query_time(request, "from", &from_to_ms[0])) return;
    if (request_query_time(request, "to", &from_to_ms[1])) return;
    struct buffer *out = &request->out;
    js_object(out);
    js_put_u64(out, "point", point);
    js_key(out, "corrections");
    js_array(out);
    err e = corrections_each(request->server->database_path, from_to_ms, point,
                             put_correction, out);
    js_array_end(out);
    js_object_end(out);
    if (e) {
        answer_err(request, e);
    } else {
        answer_json(request, 200);
    }
}
