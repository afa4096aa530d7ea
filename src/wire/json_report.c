/* json_report.c - walks the parsed tree once; see the header. */
#include "wire/json_report.h"

#include "base/ensure.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { NAME_BYTES = 256, TEXT_BYTES_MAX = 4096 };

#define SECONDS_BELOW 1e11 /* as milliseconds: March 1973 */
#define TIME_MS_MAX 253402300799999.0 /* the end of year 9999 */
#define EXACT_MAX (1LL << 53)

err json_report_load(struct bytes in, struct report *report, json_t **root)
{
    json_error_t fault;

    if (in.n > JSON_REPORT_BYTES_MAX)
        return report_wrong(report, ERR_FULL, JSON_REPORT_BYTES_MAX,
                            "the message is larger than 1 MB");
    *root = json_loadb((const char *)in.at, in.n, 0, &fault);
    if (*root) return ERR_OK;
    char why[REPORT_WHY_BYTES];
    (void)text_format(why, sizeof why, "not JSON: %s", fault.text);
    return report_wrong(report, ERR_FRAME,
                        fault.position > 0 ? (size_t)fault.position : 0, why);
}

static err no_room(struct report *report)
{
    return report_wrong(report, ERR_MEMORY, 0, "the message is too large");
}

/* A list or an object as it stands, cut when long. */
static err put_structure(struct report_value *v, const json_t *leaf, struct arena *arena,
                         struct report *report)
{
    char *text = arena_new(arena, TEXT_BYTES_MAX + 1, 1);

    if (!text) return no_room(report);
    size_t n = json_dumpb(leaf, text, TEXT_BYTES_MAX, JSON_COMPACT);
    text[n < TEXT_BYTES_MAX ? n : TEXT_BYTES_MAX] = 0;
    v->kind = REPORT_TEXT;
    v->text = text;
    return ERR_OK;
}

static err put_integer(struct report_value *v, long long whole, struct arena *arena,
                       struct report *report)
{
    char digits[32];

    v->number = (double)whole;
    if (whole <= EXACT_MAX && whole >= -EXACT_MAX) return ERR_OK;
    (void)text_format(digits, sizeof digits, "%lld", whole);
    v->text = arena_text(arena, digits, strlen(digits));
    if (v->text) return ERR_OK;
    v->text = "";
    return no_room(report);
}

static err put_leaf(struct report_value *v, const json_t *leaf, struct arena *arena,
                    struct report *report)
{
    switch (json_typeof(leaf)) {
    case JSON_REAL: v->number = json_real_value(leaf); return ERR_OK;
    case JSON_INTEGER: return put_integer(v, json_integer_value(leaf), arena, report);
    case JSON_TRUE:
    case JSON_FALSE:
        v->kind = REPORT_TRUTH;
        v->number = json_is_true(leaf);
        return ERR_OK;
    case JSON_NULL: v->kind = REPORT_ABSENT; return ERR_OK;
    case JSON_STRING:
        v->kind = REPORT_TEXT;
        v->text = arena_text(arena, json_string_value(leaf), json_string_length(leaf));
        if (v->text) return ERR_OK;
        v->text = "";
        return no_room(report);
    case JSON_ARRAY:
    case JSON_OBJECT: return put_structure(v, leaf, arena, report);
    }
    return ERR_FRAME;
}

err json_report_put(const char *name, const json_t *leaf, bool is_head,
                    struct arena *arena, struct report *report)
{
    char *copy = arena_text(arena, name, strlen(name));
    struct report_value *v = copy ? report_add(report, arena) : NULL;

    if (!v) return no_room(report);
    v->name = copy;
    v->is_head = is_head;
    return put_leaf(v, leaf, arena, report);
}

/* --- all leaves ------------------------------------------------------------------ */

struct walk {
    struct arena *arena;
    struct report *report;
    char name[NAME_BYTES]; /* of where we are */
    size_t name_n;
    bool slash_first; /* a pointer, not a path */
    unsigned depth;
};

/* "/member" behind the name, escaped as RFC 6901 says; false: too long. */
static bool push_name(struct walk *w, const char *member)
{
    size_t n = w->name_n;

    if (n || w->slash_first) w->name[n++] = '/';
    for (; *member; member++) {
        bool escape = *member == '~' || *member == '/';
        if (n + 3 > sizeof w->name) return false;
        if (escape) w->name[n++] = '~';
        w->name[n++] = *member == '~' ? '0' : *member == '/' ? '1' : *member;
    }
    w->name[n] = 0;
    w->name_n = n;
    return true;
}

static err walk_json(struct walk *w, const json_t *json);

/* Leaves whose name would be longer than an address can be are not looked at: no point
 * could ask for them. */
static err walk_member(struct walk *w, const char *member, const json_t *json)
{
    size_t before = w->name_n;
    err e = ERR_OK;

    if (before + 4 > sizeof w->name) return ERR_OK;
    if (push_name(w, member)) e = walk_json(w, json);
    w->name[before] = 0;
    w->name_n = before;
    return e;
}

static err walk_array(struct walk *w, const json_t *array)
{
    char index[24];
    err e = ERR_OK;

    for (size_t i = 0; i < json_array_size(array) && !e; i++) {
        (void)text_format(index, sizeof index, "%zu", i);
        e = walk_member(w, index, json_array_get(array, i));
    }
    return e;
}

/* Calls itself, at most JSON_REPORT_DEPTH_MAX deep. */
static err walk_json(struct walk *w, const json_t *json)
{
    bool deeper = w->depth < JSON_REPORT_DEPTH_MAX;
    const char *member;
    json_t *below;
    err e = ERR_OK;

    if (!deeper || !(json_is_object(json) || json_is_array(json)))
        return json_report_put(w->name, json, false, w->arena, w->report);
    w->depth++;
    if (json_is_array(json)) {
        e = walk_array(w, json);
    } else {
        /* jansson's iterator takes a json_t it does not change. */
        json_t *object = (json_t *)(uintptr_t)json;
        json_object_foreach(object, member, below)
        {
            if (!e) e = walk_member(w, member, below);
        }
    }
    w->depth--;
    return e;
}

static err flatten(bool slash_first, const char *first, const json_t *json,
                   struct arena *arena, struct report *report)
{
    struct walk w = {.arena = arena, .report = report, .slash_first = slash_first};

    (void)text_copy(w.name, sizeof w.name, first);
    w.name_n = strlen(w.name);
    return walk_json(&w, json);
}

err json_report_flatten(const char *first, const json_t *json, struct arena *arena,
                        struct report *report)
{
    return flatten(false, first, json, arena, report);
}

bool json_report_time(const json_t *leaf, int64_t *utc_ms)
{
    if (json_is_string(leaf)) return text_to_time(json_string_value(leaf), utc_ms) == 0;
    if (!json_is_number(leaf)) return false;
    double number = json_number_value(leaf);
    if (number < SECONDS_BELOW) number *= 1000;
    if (!(number > 0 && number <= TIME_MS_MAX)) return false;
    *utc_ms = (int64_t)floor(number + 0.5);
    return true;
}

static const json_t *at_pointer(const json_t *json, const char *pointer)
{
    char member[NAME_BYTES];

    while (json && *pointer == '/') {
        size_t n = 0;
        for (pointer++; *pointer && *pointer != '/' && n + 1 < sizeof member; pointer++) {
            bool escaped = *pointer == '~' && (pointer[1] == '0' || pointer[1] == '1');
            member[n++] = !escaped ? *pointer : pointer[1] == '0' ? '~' : '/';
            pointer += escaped;
        }
        member[n] = 0;
        uint32_t i = 0;
        bool counts = json_is_array(json) && text_to_u32(member, &i) == ERR_OK;
        json = counts ? json_array_get(json, i) : json_object_get(json, member);
    }
    return json;
}

err json_report_decode(struct bytes in, const char *time_pointer, struct arena *arena,
                       struct report *report)
{
    ensure(time_pointer && arena && report);

    json_t *root = NULL;

    report_begin(report, "message");
    err e = json_report_load(in, report, &root);
    if (e) return e;
    if (!json_is_object(root) && !json_is_array(root))
        e = report_wrong(report, ERR_FRAME, 0, "an object or a list is needed");
    if (!e) e = flatten(true, "", root, arena, report);
    if (!e && time_pointer[0]) {
        report->is_timed =
            json_report_time(at_pointer(root, time_pointer), &report->time_ms);
        if (!report->is_timed)
            e = report_wrong(report, ERR_FRAME, 0, "there is no time where it should be");
    }
    json_decref(root);
    return e;
}
