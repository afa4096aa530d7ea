/* json_alarm.c - see json_alarm.h. */
#include "serve/json_alarm.h"

#include "model/quality.h"
#include "serve/js.h"

#include <math.h>

const char *alarm_state_word(const struct alarm_record *record)
{
    if (record->acknowledged_ms) return record->returned_ms ? "closed" : "acknowledged";
    return record->returned_ms ? "returned" : "unacknowledged";
}

const char *alarm_unit(const struct alarm_record *record, const struct catalog *catalog)
{
    const struct point *point = catalog_point(catalog, record->point);
    return point ? quantity_unit(catalog_point_template(catalog, point)->quantity) : "";
}

static void put_now(struct buffer *out, uint32_t point, struct live *live)
{
    struct live_value now = {.value = NAN};
    if (point) now = live_read(live, point);
    bool has_value = point && quality_has_value(now.quality);
    js_put_double(out, "value_now", has_value ? now.value : NAN);
    js_key(out, "quality_now");
    if (point) {
        js_u64(out, now.quality);
    } else {
        js_null(out);
    }
}

static void put_times(struct buffer *out, const struct alarm_record *record)
{
    bool acknowledged = record->acknowledged_ms != 0;
    js_put_i64(out, "raised_ms", record->raised_ms);
    js_put_i64_or_null(out, "returned_ms", record->returned_ms);
    js_put_bool(out, "late", record->late);
    js_put_i64_or_null(out, "acknowledged_ms", record->acknowledged_ms);
    js_put_text(out, "acknowledged_by", acknowledged ? record->acknowledged_by : NULL);
    js_put_text(out, "note", record->note[0] ? record->note : NULL);
    js_put_text(out, "state", alarm_state_word(record));
}

void json_alarm(struct buffer *out, const struct alarm_record *record,
                const struct catalog *catalog, struct live *live)
{
    js_object(out);
    js_put_u64(out, "id", record->id);
    js_put_text(out, "kind", alarm_kind_word(record->kind));
    js_put_u64(out, "priority", record->priority);
    js_put_i64_or_null(out, "site", record->site);
    js_put_i64_or_null(out, "device", record->device);
    js_put_i64_or_null(out, "point", record->point);
    js_key(out, "bit");
    if (record->bit < 0) {
        js_null(out);
    } else {
        js_i64(out, record->bit);
    }
    js_put_text(out, "text", record->text);
    js_put_text(out, "text_en", record->text_en);
    js_put_double(out, "limit", record->limit);
    js_put_text(out, "unit", alarm_unit(record, catalog));
    js_put_double(out, "value_at_raise", record->value_at_raise);
    put_now(out, record->point, live);
    js_put_double(out, "extreme", record->extreme);
    put_times(out, record);
    js_object_end(out);
}

void json_alarm_counts(struct buffer *out, struct alarms *alarms)
{
    struct alarms_count counts[4];
    alarms_counts(alarms, counts);
    js_array(out);
    for (size_t i = 0; i < 4; i++) {
        js_array(out);
        js_u64(out, counts[i].unacknowledged);
        js_u64(out, counts[i].active);
        js_array_end(out);
    }
    js_array_end(out);
}
