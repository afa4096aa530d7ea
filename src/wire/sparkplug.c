/* sparkplug.c - the payload's messages, one small reader each; see the header. */
#include "wire/sparkplug.h"

#include "base/ensure.h"
#include "base/text.h"
#include "wire/sparkplug_value.h"

#include <string.h>

enum {
    /* Payload */
    TIMESTAMP = 1,
    METRICS = 2,
    SEQUENCE = 3,
    UUID = 4,
    BODY = 5,
    /* Metric */
    NAME = 1,
    ALIAS = 2,
    METRIC_TIMESTAMP = 3,
    DATATYPE = 4,
    IS_HISTORICAL = 5,
    IS_TRANSIENT = 6,
    IS_NULL = 7,
    METADATA = 8,
    PROPERTIES = 9,
    VALUE_FIRST = 10,
    VALUE_LAST = 18,
    /* DataSet, its Row and its value */
    SET_COLUMNS = 2,
    SET_TYPES = 3,
    SET_ROWS = 4,
    ROW_ELEMENTS = 1,
    CELL_FIRST = 1,
    CELL_LAST = 6,
    /* Template and its Parameter */
    TEMPLATE_METRICS = 2,
    TEMPLATE_PARAMETERS = 3,
    PARAMETER_NAME = 1,
    PARAMETER_TYPE = 2,
    PARAMETER_FIRST = 3,
    PARAMETER_LAST = 9,

    NAME_BYTES_MAX = 512,
    COLUMNS_MAX = 256,
    DEPTH_MAX = 4
};

#define TIME_MS_MAX 253402300799999ULL /* the end of year 9999 */

struct reader {
    const uint8_t *start; /* of the payload */
    const struct sparkplug_names *names;
    struct arena *arena;
    struct report *report;
};

struct metric {
    struct bytes name;
    const char *prefix; /* of a template's metric */
    const uint8_t *at;
    bool has_name, has_alias, has_time, is_historical, is_null, has_value;
    uint64_t alias, time_ms;
    uint32_t datatype;
    enum sparkplug_member member;
    struct protobuf_field value;
};

static err wrong(struct reader *r, const uint8_t *at, const char *why)
{
    return report_wrong(r->report, ERR_FRAME, (size_t)(at - r->start), why);
}

static err no_room(struct reader *r)
{
    return report_wrong(r->report, ERR_MEMORY, 0, "the payload is too large");
}

/* --- names ----------------------------------------------------------------------- */

static const struct sparkplug_name *find_alias(const struct sparkplug_names *names,
                                               uint64_t alias)
{
    size_t low = 0, high = names ? names->n : 0;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (names->at[middle].alias < alias)
            low = middle + 1;
        else
            high = middle;
    }
    return names && low < names->n && names->at[low].alias == alias ? &names->at[low]
                                                                     : NULL;
}

/* The name with its prefix ("template/"), as UTF-8. */
static err make_name(struct reader *r, const struct metric *m, const char **name)
{
    size_t before = strlen(m->prefix);

    if (m->name.n + before > NAME_BYTES_MAX)
        return wrong(r, m->at, "a metric's name is longer than 512 bytes");
    if (!text_is_clean((const char *)m->name.at, m->name.n))
        return wrong(r, m->at, "a metric's name is not UTF-8 text");
    char *text = arena_new(r->arena, before + m->name.n + 1, 1);
    if (!text) return no_room(r);
    memcpy(text, m->prefix, before);
    if (m->name.n) memcpy(text + before, m->name.at, m->name.n);
    *name = text;
    return ERR_OK;
}

/* --- DataSet ---------------------------------------------------------------------- */

struct set {
    struct bytes columns[COLUMNS_MAX];
    uint32_t types[COLUMNS_MAX];
    size_t columns_n, types_n, rows_n;
};

static err take_cell(struct reader *r, const struct report_value *metric,
                     struct bytes cell, uint32_t type, const char *name)
{
    struct protobuf_field field;
    struct report_value *out = report_add(r->report, r->arena);

    if (!out) return no_room(r);
    *out = *metric;
    out->name = name;
    out->kind = REPORT_ABSENT;
    out->datatype = type;
    while (cell.n) {
        const uint8_t *at = cell.at;
        if (!protobuf_next(&cell, &field))
            return wrong(r, at, "a cell of a data set is cut short");
        if (field.number < CELL_FIRST || field.number > CELL_LAST) continue;
        enum sparkplug_member member = field.number - CELL_FIRST;
        if (!sparkplug_member_fits(member, field.type))
            return wrong(r, at, "a cell of a data set has the wrong form");
        out->at = (size_t)(at - r->start);
        err e = sparkplug_value(type, member, &field, r->arena, out);
        if (e == ERR_FRAME) return wrong(r, at, "a text is not UTF-8");
        if (e == ERR_MEMORY) return no_room(r);
    }
    return ERR_OK;
}

static err take_row(struct reader *r, const struct report_value *metric,
                    const struct set *set, struct bytes row)
{
    char name[NAME_BYTES_MAX + 96];
    struct protobuf_field field;
    err e = ERR_OK;

    for (size_t i = 0; row.n && !e;) {
        const uint8_t *at = row.at;
        if (!protobuf_next(&row, &field))
            return wrong(r, at, "a row of a data set is cut short");
        if (field.number != ROW_ELEMENTS) continue;
        if (field.type != PROTOBUF_BYTES || i >= set->columns_n)
            return wrong(r, at, "a row of a data set has more cells than columns");
        int column_n = set->columns[i].n > 64 ? 64 : (int)set->columns[i].n;
        (void)text_format(name, sizeof name, "%s[%zu].%.*s", metric->name, set->rows_n,
                          column_n, (const char *)set->columns[i].at);
        const char *copy = arena_text(r->arena, name, strlen(name));
        if (!copy) return no_room(r);
        e = take_cell(r, metric, field.bytes, i < set->types_n ? set->types[i] : 0, copy);
        i++;
    }
    return e;
}

static err take_types(struct set *set, const struct protobuf_field *field)
{
    uint64_t type = field->value;
    size_t n = 0;

    if (field->type == PROTOBUF_VARINT) {
        if (set->types_n < COLUMNS_MAX) set->types[set->types_n++] = (uint32_t)type;
        return ERR_OK;
    }
    if (field->type != PROTOBUF_BYTES || !protobuf_packed_n(field->bytes, &n))
        return ERR_FRAME;
    const uint8_t *at = field->bytes.at, *end = at + field->bytes.n;
    while (at < end && protobuf_varint(&at, &type) && set->types_n < COLUMNS_MAX)
        set->types[set->types_n++] = (uint32_t)type;
    return ERR_OK;
}

static err take_set_field(struct reader *r, const struct report_value *metric,
                          struct set *set, const struct protobuf_field *field)
{
    if (field->number == SET_TYPES) return take_types(set, field);
    if (field->number != SET_COLUMNS && field->number != SET_ROWS) return ERR_OK;
    if (field->type != PROTOBUF_BYTES) return ERR_FRAME;
    if (field->number == SET_COLUMNS) {
        if (set->columns_n == COLUMNS_MAX) return ERR_FULL;
        if (!text_is_clean((const char *)field->bytes.at, field->bytes.n))
            return ERR_FRAME;
        set->columns[set->columns_n++] = field->bytes;
        return ERR_OK;
    }
    err e = take_row(r, metric, set, field->bytes);
    set->rows_n++;
    return e;
}

static err take_set(struct reader *r, const struct report_value *metric, struct bytes in)
{
    struct set set = {.rows_n = 0};
    struct protobuf_field field;
    err e = ERR_OK;

    while (in.n && !e) {
        const uint8_t *at = in.at;
        if (!protobuf_next(&in, &field)) return wrong(r, at, "a data set is cut short");
        e = take_set_field(r, metric, &set, &field);
        if (e) e = report_wrong(r->report, e, (size_t)(at - r->start),
                                "a data set has the wrong form");
    }
    return e;
}

/* --- Metric, Template ------------------------------------------------------------- */

static bool metric_number(struct metric *m, const struct protobuf_field *field)
{
    switch (field->number) {
    case ALIAS:
        m->has_alias = true;
        m->alias = field->value;
        return true;
    case METRIC_TIMESTAMP:
        m->has_time = field->value <= TIME_MS_MAX;
        m->time_ms = field->value;
        return true;
    case DATATYPE: m->datatype = (uint32_t)field->value; return true;
    case IS_HISTORICAL: m->is_historical = field->value != 0; return true;
    case IS_NULL: m->is_null = field->value != 0; return true;
    case IS_TRANSIENT: return true;
    default: return false;
    }
}

static err take_metric_field(struct reader *r, struct metric *m,
                             const struct protobuf_field *field)
{
    uint32_t n = field->number;
    bool is_number = n >= ALIAS && n <= IS_NULL;

    if (n >= VALUE_FIRST && n <= VALUE_LAST) {
        m->member = n - VALUE_FIRST;
        m->value = *field;
        m->has_value = sparkplug_member_fits(m->member, field->type);
        return m->has_value ? ERR_OK : wrong(r, m->at, "a value has the wrong form");
    }
    if (n == NAME && field->type == PROTOBUF_BYTES) {
        m->has_name = true;
        m->name = field->bytes;
        return ERR_OK;
    }
    if (is_number && field->type == PROTOBUF_VARINT && metric_number(m, field))
        return ERR_OK;
    bool known = n == NAME || is_number;
    return known ? wrong(r, m->at, "a metric's field has the wrong form") : ERR_OK;
}

static err take_template(struct reader *r, const char *name, struct bytes in,
                         unsigned depth);

static err put_metric(struct reader *r, const struct metric *m, unsigned depth)
{
    const struct sparkplug_name *bound =
        m->has_name || !m->has_alias ? NULL : find_alias(r->names, m->alias);
    struct report_value v = {.name = bound ? bound->name : "", .text = ""};

    err e = m->has_name ? make_name(r, m, &v.name) : ERR_OK;
    if (e) return e;
    v.has_alias = m->has_alias;
    v.alias = m->alias;
    v.is_historical = m->is_historical;
    v.is_timed = m->has_time;
    v.time_ms = m->has_time ? (int64_t)m->time_ms : 0;
    v.datatype = m->datatype || !bound ? m->datatype : bound->datatype;
    v.at = (size_t)(m->at - r->start);
    v.kind = REPORT_ABSENT;
    if (!m->is_null && m->has_value && m->member == SPARKPLUG_AS_DATASET)
        return take_set(r, &v, m->value.bytes);
    if (!m->is_null && m->has_value && m->member == SPARKPLUG_AS_TEMPLATE)
        return take_template(r, v.name, m->value.bytes, depth + 1);
    if (!m->is_null && m->has_value)
        e = sparkplug_value(v.datatype, m->member, &m->value, r->arena, &v);
    if (e == ERR_FRAME) return wrong(r, m->at, "a text is not UTF-8");
    if (e == ERR_MEMORY) return no_room(r);
    struct report_value *out = report_add(r->report, r->arena);
    if (!out) return no_room(r);
    *out = v;
    return ERR_OK;
}

static err take_metric(struct reader *r, struct bytes in, const char *prefix,
                       unsigned depth)
{
    struct metric m = {.prefix = prefix, .at = in.at};
    struct protobuf_field field;
    err e = ERR_OK;

    while (in.n && !e) {
        if (!protobuf_next(&in, &field)) return wrong(r, in.at, "a metric is cut short");
        e = take_metric_field(r, &m, &field);
    }
    return e ? e : put_metric(r, &m, depth);
}

static err take_parameter(struct reader *r, struct bytes in, const char *prefix)
{
    struct metric m = {.prefix = prefix, .at = in.at, .has_name = true};
    struct protobuf_field field;

    while (in.n) {
        if (!protobuf_next(&in, &field))
            return wrong(r, in.at, "a parameter is cut short");
        bool is_value = field.number >= PARAMETER_FIRST && field.number < PARAMETER_LAST;
        if (field.number == PARAMETER_NAME && field.type == PROTOBUF_BYTES)
            m.name = field.bytes;
        if (field.number == PARAMETER_TYPE) m.datatype = (uint32_t)field.value;
        if (!is_value) continue;
        m.member = field.number - PARAMETER_FIRST;
        m.value = field;
        m.has_value = m.member < SPARKPLUG_AS_BYTES &&
                      sparkplug_member_fits(m.member, field.type);
    }
    return put_metric(r, &m, DEPTH_MAX);
}

/* Templates stand in templates: calls itself, at most DEPTH_MAX deep. */
static err take_template(struct reader *r, const char *name, struct bytes in,
                         unsigned depth)
{
    char prefix[NAME_BYTES_MAX + 2];
    struct protobuf_field field;
    err e = ERR_OK;

    if (depth > DEPTH_MAX) return wrong(r, in.at, "templates stand too deep");
    if (!text_format(prefix, sizeof prefix, "%s/", name))
        return wrong(r, in.at, "a metric's name is longer than 512 bytes");
    while (in.n && !e) {
        const uint8_t *at = in.at;
        if (!protobuf_next(&in, &field)) return wrong(r, at, "a template is cut short");
        if (field.type != PROTOBUF_BYTES) continue;
        if (field.number == TEMPLATE_METRICS)
            e = take_metric(r, field.bytes, prefix, depth);
        if (field.number == TEMPLATE_PARAMETERS)
            e = take_parameter(r, field.bytes, prefix);
    }
    return e;
}

/* --- Payload ---------------------------------------------------------------------- */

static err take_payload_field(struct reader *r, const uint8_t *at,
                              const struct protobuf_field *field)
{
    struct report *out = r->report;
    bool is_varint = field->type == PROTOBUF_VARINT;

    switch (field->number) {
    case TIMESTAMP:
        if (!is_varint) return wrong(r, at, "the timestamp has the wrong form");
        out->is_timed = field->value <= TIME_MS_MAX;
        out->time_ms = out->is_timed ? (int64_t)field->value : 0;
        return ERR_OK;
    case SEQUENCE:
        if (!is_varint) return wrong(r, at, "the sequence has the wrong form");
        out->has_sequence = true;
        out->sequence = field->value;
        return ERR_OK;
    case UUID:
        if (field->type != PROTOBUF_BYTES ||
            !text_is_clean((const char *)field->bytes.at, field->bytes.n))
            return wrong(r, at, "the uuid has the wrong form");
        out->id = arena_text(r->arena, (const char *)field->bytes.at, field->bytes.n);
        if (out->id) return ERR_OK;
        out->id = "";
        return no_room(r);
    case METRICS:
        if (field->type != PROTOBUF_BYTES)
            return wrong(r, at, "a metric has the wrong form");
        return take_metric(r, field->bytes, "", 0);
    case BODY:
        if (field->type != PROTOBUF_BYTES)
            return wrong(r, at, "the body has the wrong form");
        out->data = field->bytes;
        return ERR_OK;
    default: return ERR_OK;
    }
}

err sparkplug_decode(struct bytes in, const struct sparkplug_names *names,
                     struct arena *arena, struct report *report)
{
    ensure(arena && report);

    struct reader r = {in.at, names, arena, report};
    struct protobuf_field field;
    err e = ERR_OK;

    report_begin(report, "payload");
    while (in.n && !e) {
        const uint8_t *at = in.at;
        if (!protobuf_next(&in, &field))
            return wrong(&r, at, "cut short, or not protobuf");
        e = take_payload_field(&r, at, &field);
    }
    return e;
}
