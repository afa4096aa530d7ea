/* api_verdict.c - why a sample is not good: the rule, its limit and what was measured.
 *
 * A sample carries its quality only; the rule is found again from the catalog and from
 * the samples of its neighbours at that instant, so it is the rule as it stands today. */
#include "base/ensure.h"
#include "base/text.h"
#include "model/quality.h"
#include "serve/api.h"
#include "serve/js.h"
#include "serve/request.h"
#include "serve/server.h"

#include <math.h>
#include <string.h>

enum { BEFORE_MS = 24 * 3600 * 1000 };

struct verdict_of {
    const char *rule; /* "range_high"; NULL: none is broken as the catalog stands */
    const char *sign; /* "<=", ">=" */
    double limit, measured;
    const char *unit;
    const char *other; /* key of the neighbour, "" = none */
};

struct scene {
    struct request *request;
    const struct catalog *catalog;
    const struct device *device;
    const struct template_point *rule;
    struct history_sample sample;  /* the one that is asked for */
    struct history_sample before;  /* the last usable one before it */
    struct history_sample changed; /* since when the value is the same */
};

/* --- samples ------------------------------------------------------------------------ */

static err take_last(void *context, const struct history_sample *samples, size_t n)
{
    struct history_sample *last = context;
    if (n) *last = samples[n - 1];
    return ERR_OK;
}

/* The sample at that very instant; quality NO_ANSWER when there is none. */
static err sample_at(struct request *request, const struct point *point, int64_t time_ms,
                     struct history_sample *sample)
{
    struct history_range range = {point->device, point->id, time_ms, time_ms + 1};
    *sample = (struct history_sample){time_ms, NAN, QUALITY_NO_ANSWER};
    return historian_raw(request->server->historian, &range, take_last, sample);
}

static err take_before(void *context, const struct history_sample *samples, size_t n)
{
    struct scene *scene = context;
    for (size_t i = 0; i < n; i++) {
        if (!quality_is_usable(samples[i].quality)) continue;
        if (scene->before.time_ms == 0 || scene->before.value != samples[i].value)
            scene->changed = samples[i];
        scene->before = samples[i];
    }
    return ERR_OK;
}

static err look_back(struct scene *scene, const struct point *point)
{
    int64_t time_ms = scene->sample.time_ms;
    struct history_range range = {point->device, point->id, time_ms - BEFORE_MS, time_ms};
    return historian_raw(scene->request->server->historian, &range, take_before, scene);
}

/* --- rules -------------------------------------------------------------------------- */

static void judge_range(const struct scene *scene, struct verdict_of *verdict)
{
    bool high = scene->sample.value > scene->rule->range_high;
    bool low = scene->sample.value < scene->rule->range_low;
    if (!high && !low) return;
    verdict->rule = high ? "range_high" : "range_low";
    verdict->sign = high ? "<=" : ">=";
    verdict->limit = high ? scene->rule->range_high : scene->rule->range_low;
    verdict->measured = scene->sample.value;
}

static void judge_rate(const struct scene *scene, struct verdict_of *verdict)
{
    double seconds = (double)(scene->sample.time_ms - scene->before.time_ms) / 1000;
    if (scene->before.time_ms == 0 || seconds <= 0 || isnan(scene->rule->rate_high))
        return;
    verdict->rule = "rate_high";
    verdict->sign = "<=";
    verdict->limit = scene->rule->rate_high;
    verdict->measured = fabs(scene->sample.value - scene->before.value) / seconds;
    verdict->unit = "/s";
}

static void judge_frozen(const struct scene *scene, struct verdict_of *verdict)
{
    if (scene->rule->frozen_s <= 0) return;
    verdict->rule = "frozen_s";
    verdict->sign = "<=";
    verdict->limit = scene->rule->frozen_s;
    verdict->measured =
        (double)(scene->sample.time_ms - scene->changed.time_ms) / 1000;
    verdict->unit = "s";
}

static void judge_register(const struct scene *scene, struct verdict_of *verdict)
{
    if (scene->before.time_ms == 0) return;
    bool fell = scene->sample.value < scene->before.value;
    if (!fell) {
        judge_rate(scene, verdict);
        return;
    }
    verdict->rule = "rises";
    verdict->sign = ">=";
    verdict->limit = scene->before.value;
    verdict->measured = scene->sample.value;
}

struct neighbours {
    double values[4];
    uint8_t qualities[4];
};

static bool find_key(const void *context, const char *key, uint32_t *place)
{
    const struct scene *scene = context;
    for (uint32_t i = 0; i < scene->device->point_n; i++) {
        const struct point *point =
            &scene->catalog->points[scene->device->point_first + i];
        if (!text_equal(catalog_point_template(scene->catalog, point)->key, key))
            continue;
        *place = i;
        return true;
    }
    return false;
}

/* The rule over this sample (place 0) and its neighbours' of the same instant (1 ..). */
static err judge_rule(const struct scene *scene, struct correlation *rule,
                      struct verdict_of *verdict)
{
    struct neighbours row = {{scene->sample.value}, {QUALITY_GOOD}};
    const struct point *points = &scene->catalog->points[scene->device->point_first];
    const char *key = "";
    err e = ERR_OK;
    for (uint32_t k = 0; !e && k < COUNT(rule->keys); k++) {
        const struct point *point = &points[rule->keys[k]];
        struct history_sample sample;
        e = sample_at(scene->request, point, scene->sample.time_ms, &sample);
        row.values[k + 1] = sample.value;
        row.qualities[k + 1] = sample.quality;
        if (k == 0) key = catalog_point_template(scene->catalog, point)->key;
        rule->keys[k] = k + 1;
    }
    struct correlation_row at = {row.values, row.qualities, scene->sample.time_ms};
    struct correlation_verdict broken;
    if (e || !correlation_broken(rule, 0, &at, NULL, &broken)) return e;
    *verdict = (struct verdict_of){.rule = correlation_word(rule->kind),
                                   .sign = broken.sign,
                                   .limit = broken.limit,
                                   .measured = broken.measured,
                                   .unit = "",
                                   .other = key};
    return ERR_OK;
}

static err judge_correlation(const struct scene *scene, struct verdict_of *verdict)
{
    struct correlation_rules rules;
    char why[CORRELATION_WHY_BYTES];
    if (correlation_parse(scene->rule->rules, find_key, scene, &rules, why))
        return ERR_OK; /* the rule was changed since */
    err e = ERR_OK;
    for (size_t i = 0; !e && !verdict->rule && i < rules.n; i++)
        if (rules.at[i].kind != CORRELATION_RISES)
            e = judge_rule(scene, &rules.at[i], verdict);
    return e;
}

static err judge(struct scene *scene, const struct point *point,
                 struct verdict_of *verdict)
{
    err e = look_back(scene, point);
    if (e) return e;
    switch (scene->sample.quality) {
    case QUALITY_RANGE: judge_range(scene, verdict); break;
    case QUALITY_RATE: judge_rate(scene, verdict); break;
    case QUALITY_FROZEN: judge_frozen(scene, verdict); break;
    case QUALITY_COUNTER: judge_register(scene, verdict); break;
    case QUALITY_CORRELATION: return judge_correlation(scene, verdict);
    default: break;
    }
    return ERR_OK;
}

/* --- answer ------------------------------------------------------------------------- */

static void put_verdict(struct buffer *out, const struct scene *scene,
                        const struct verdict_of *verdict)
{
    char unit[32];
    const char *own = quantity_unit(scene->rule->quantity);
    bool seconds = verdict->unit && verdict->unit[0] == 's';
    (void)text_format(unit, sizeof unit, "%s%s", seconds ? "" : own,
                      verdict->unit ? verdict->unit : "");
    js_object(out);
    js_put_i64(out, "time_ms", scene->sample.time_ms);
    js_put_double(out, "value", scene->sample.value);
    js_put_u64(out, "quality", scene->sample.quality);
    js_put_text(out, "word", quality_text(scene->sample.quality));
    if (verdict->rule) {
        js_put_text(out, "rule", verdict->rule);
        js_put_text(out, "other", verdict->other ? verdict->other : "");
        js_put_double(out, "measured", verdict->measured);
        js_put_text(out, "sign", verdict->sign);
        js_put_double(out, "limit", verdict->limit);
        js_put_text(out, "unit", unit);
    }
    js_object_end(out);
}

static void answer_verdict(struct scene *scene, const struct point *point,
                           int64_t time_ms)
{
    struct request *request = scene->request;
    struct verdict_of verdict = {0};
    scene->device = catalog_device(scene->catalog, point->device);
    scene->rule = catalog_point_template(scene->catalog, point);
    struct history_range range = {point->device, point->id, time_ms, time_ms + 1};
    err e = historian_raw(request->server->historian, &range, take_last, &scene->sample);
    if (!e && scene->sample.time_ms == 0) {
        answer_problem(request, PROBLEM_UNKNOWN, "这个时刻没有数据",
                       "There is no sample at that instant");
        return;
    }
    if (!e) e = judge(scene, point, &verdict);
    if (e) {
        answer_err(request, e);
        return;
    }
    put_verdict(&request->out, scene, &verdict);
    answer_json(request, 200);
}

void api_verdict(struct request *request)
{
    uint64_t id = 0;
    int64_t time_ms = 0;
    if (request_word_id(request, 0, &id)) return;
    if (request_query_time(request, "time", &time_ms)) return;
    struct catalog *catalog = server_catalog(request->server);
    const struct point *point =
        id <= UINT32_MAX ? catalog_point(catalog, (uint32_t)id) : NULL;
    if (point) {
        struct scene scene = {.request = request, .catalog = catalog};
        answer_verdict(&scene, point, time_ms);
    } else {
        answer_problem(request, PROBLEM_UNKNOWN, "没有这个测点", "No such point");
    }
    catalog_release(catalog);
}
