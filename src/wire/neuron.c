/* neuron.c - see neuron.h. */
#include "wire/neuron.h"

#include "base/ensure.h"
#include "base/text.h"
#include "wire/json_report.h"

#include <string.h>

/* ECP-format's types: 1 bool, 2 int, 3 float, 4 string. */
enum { ECP_BOOL = 1, TEXT_BYTES = 256 };

struct reader {
    const json_t *root;
    struct arena *arena;
    struct report *report;
};

static err wrong(struct reader *r, const char *why)
{
    return report_wrong(r->report, ERR_FRAME, 0, why);
}

/* The tag has no value, and this is why. */
static err put_error(struct reader *r, const char *tag, const json_t *code)
{
    char text[48];
    struct report_value *v = report_add(r->report, r->arena);

    if (!v) return ERR_MEMORY;
    (void)text_format(text, sizeof text, "error %lld",
                      (long long)json_integer_value(code));
    v->kind = REPORT_ABSENT;
    v->name = arena_text(r->arena, tag, strlen(tag));
    v->text = arena_text(r->arena, text, strlen(text));
    if (v->name && v->text) return ERR_OK;
    v->name = v->text = "";
    return ERR_MEMORY;
}

static err put_value(struct reader *r, const char *tag, const json_t *value,
                     const json_t *type)
{
    err e = json_report_put(tag, value, false, r->arena, r->report);

    /* A bit may come as 0 and 1; its type says that it is a truth. */
    struct report_value *v = e ? NULL : &r->report->values[r->report->values_n - 1];
    if (v && json_integer_value(type) == ECP_BOOL && v->kind == REPORT_NUMBER)
        v->kind = REPORT_TRUTH;
    return e;
}

static err take_map(struct reader *r, const json_t *map, bool are_errors)
{
    /* jansson's iterator takes a json_t it does not change. */
    json_t *object = (json_t *)(uintptr_t)map, *value;
    const char *tag;
    err e = ERR_OK;

    json_object_foreach(object, tag, value)
    {
        if (!e)
            e = are_errors ? put_error(r, tag, value) : put_value(r, tag, value, NULL);
    }
    return e;
}

static err take_tag(struct reader *r, const json_t *tag)
{
    const char *name = json_string_value(json_object_get(tag, "name"));
    const json_t *value = json_object_get(tag, "value"),
                 *error = json_object_get(tag, "error");

    if (!name) name = json_string_value(json_object_get(tag, "tag"));
    if (!name || !name[0]) return wrong(r, "a tag has no name");
    bool failed = json_is_integer(error) && json_integer_value(error) != 0;
    if (failed) return put_error(r, name, error);
    if (!value) return wrong(r, "a tag has neither value nor error");
    return put_value(r, name, value, json_object_get(tag, "type"));
}

static err take_tags(struct reader *r, const json_t *tags)
{
    err e = ERR_OK;

    for (size_t i = 0; i < json_array_size(tags) && !e; i++)
        e = take_tag(r, json_array_get(tags, i));
    return e;
}

static err take_head(struct reader *r)
{
    static const char *const names[] = {"node", "group", "uuid", "error"};
    const char *node = json_string_value(json_object_get(r->root, "node"));
    const char *group = json_string_value(json_object_get(r->root, "group"));
    const json_t *time = json_object_get(r->root, "timestamp");
    char device[TEXT_BYTES];
    err e = ERR_OK;

    if (time && !json_is_null(time)) {
        r->report->is_timed = json_report_time(time, &r->report->time_ms);
        if (!r->report->is_timed) return wrong(r, "timestamp: not a time");
    }
    if (node) {
        (void)text_format(device, sizeof device, "%s%s%s", node, group ? "/" : "",
                          group ? group : "");
        r->report->device = arena_text(r->arena, device, strlen(device));
        if (!r->report->device) {
            r->report->device = "";
            return ERR_MEMORY;
        }
    }
    for (size_t i = 0; i < COUNT(names) && !e; i++) {
        const json_t *value = json_object_get(r->root, names[i]);
        if (value) e = json_report_put(names[i], value, true, r->arena, r->report);
    }
    return e;
}

/* Which of the forms it is; "" = none. */
static const char *form_of(const json_t *root)
{
    bool has_uuid = json_is_string(json_object_get(root, "uuid"));
    bool has_node = json_is_string(json_object_get(root, "node"));
    const json_t *tags = json_object_get(root, "tags");

    if (json_is_object(json_object_get(root, "values")) ||
        json_is_object(json_object_get(root, "errors")))
        return "values";
    if (json_is_array(tags)) {
        if (!has_uuid) return "tags";
        return has_node ? "write_request" : "read_answer";
    }
    if (json_is_string(json_object_get(root, "tag")) && json_object_get(root, "value"))
        return "write_request";
    if (has_uuid && json_is_integer(json_object_get(root, "error")))
        return "write_answer";
    if (has_uuid && has_node && json_is_string(json_object_get(root, "group")))
        return "read_request";
    return "";
}

err neuron_decode(struct bytes in, struct arena *arena, struct report *report)
{
    ensure(arena && report);

    json_t *root = NULL;

    report_begin(report, "message");
    err e = json_report_load(in, report, &root);
    if (e) return e;
    struct reader r = {root, arena, report};
    const char *form = json_is_object(root) ? form_of(root) : "";
    if (form[0])
        report->kind = form;
    else
        e = wrong(&r, "none of Neuron's forms: values, tags, or a write request");
    if (!e) e = take_head(&r);
    if (!e && text_equal(form, "values")) {
        e = take_map(&r, json_object_get(root, "values"), false);
        if (!e) e = take_map(&r, json_object_get(root, "errors"), true);
    }
    const json_t *tags = json_object_get(root, "tags");
    if (!e && json_is_array(tags)) e = take_tags(&r, tags);
    if (!e && text_equal(form, "write_request") && !json_is_array(tags))
        e = take_tag(&r, root);
    if (e == ERR_MEMORY) (void)report_wrong(report, e, 0, "the message is too large");
    json_decref(root);
    return e;
}
