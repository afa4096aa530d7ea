/* api_history_table.c - /api/v1/history: many points at once, as JSON, CSV, a workbook,
 * or packed for the UI. */
#include "base/text.h"
#include "serve/api.h"
#include "serve/csv_out.h"
#include "serve/history_table.h"
#include "serve/js.h"
#include "serve/server.h"
#include "serve/xlsx_out.h"

#include <math.h>
#include <string.h>

/* --- JSON --------------------------------------------------------------------------- */

static bool is_empty(const struct history_table *table, size_t point, size_t row)
{
    for (size_t a = 0; a < table->aggregates_n; a++) {
        double value = history_values(table, point, a)[row];
        bool counts = table->aggregates[a] == HISTORY_COUNT ||
                      table->aggregates[a] == HISTORY_BAD;
        if (!isnan(value) && !(counts && value == 0)) return false;
    }
    return true;
}

static void put_series(struct buffer *out, const struct history_table *table,
                       size_t point)
{
    js_object(out);
    js_put_u64(out, "point", table->ranges[point].point);
    js_put_text(out, "name", table->heads[point]);
    js_key(out, "rows");
    js_array(out);
    for (size_t row = 0; row < table->rows_n && !out->broken; row++) {
        if (table->fill == FILL_NONE && is_empty(table, point, row)) continue;
        js_array(out);
        js_i64(out, table->times_ms[row]);
        for (size_t a = 0; a < table->aggregates_n; a++)
            js_double(out, history_values(table, point, a)[row]);
        js_array_end(out);
    }
    js_array_end(out);
    js_object_end(out);
}

static void answer_as_json(struct request *request, const struct history_table *table)
{
    struct buffer *out = &request->out;
    js_object(out);
    js_put_i64_or_null(out, "step_ms", table->step_ms);
    js_key(out, "columns");
    js_array(out);
    js_text(out, "time_ms");
    for (size_t a = 0; a < table->aggregates_n; a++)
        js_text(out, history_aggregate_word(table->aggregates[a], true));
    js_array_end(out);
    js_key(out, "series");
    js_array(out);
    for (size_t p = 0; p < table->points_n; p++) put_series(out, table, p);
    js_array_end(out);
    js_object_end(out);
    answer_json(request, 200);
}

/* --- CSV ---------------------------------------------------------------------------- */

static void answer_as_csv(struct request *request, const struct history_table *table)
{
    struct buffer *out = &request->out;
    csv_bom(out);
    csv_text(out, table->english ? "local time" : "本地时间");
    csv_text(out, "UTC");
    for (size_t p = 0; p < table->points_n; p++)
        for (size_t a = 0; a < table->aggregates_n; a++)
            csv_text_unit(out, table->heads[p],
                          history_aggregate_word(table->aggregates[a], table->english));
    csv_row_end(out);
    for (size_t row = 0; row < table->rows_n && !out->broken; row++) {
        csv_times(out, request->server->calendar, table->times_ms[row]);
        for (size_t c = 0; c < table->points_n * table->aggregates_n; c++)
            csv_number(out, table->values[c * table->rows_n + row]);
        csv_row_end(out);
    }
    answer_csv(request, "history.csv");
}

/* --- packed ------------------------------------------------------------------------- */

static void put_doubles(struct buffer *out, const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        buffer_put_u64_le(out, bits);
    }
}

/* docs/api.md draws it: a reader makes typed arrays of it without a look at each number.
 */
static void answer_packed(struct request *request, const struct history_table *table)
{
    struct buffer *out = &request->out;
    buffer_put_text(out, "HNH1");
    buffer_put_u32_le(out, (uint32_t)table->points_n);
    buffer_put_u32_le(out, (uint32_t)table->aggregates_n);
    buffer_put_u32_le(out, (uint32_t)table->rows_n);
    for (size_t i = 0; i < table->rows_n; i++)
        put_doubles(out, &(double){(double)table->times_ms[i]}, 1);
    for (size_t p = 0; p < table->points_n; p++) {
        put_doubles(out, &(double){(double)table->ranges[p].point}, 1);
        for (size_t a = 0; a < table->aggregates_n; a++)
            put_doubles(out, history_values(table, p, a), table->rows_n);
    }
    answer_out(request, "application/octet-stream");
}

static void answer_as_xlsx(struct request *request, const struct history_table *table)
{
    err e = xlsx_write(table, request->server->calendar,
                       request->server->options.data_folder, &request->out);
    if (e == ERR_RANGE) {
        answer_problem(request, PROBLEM_RANGE, "超出工作表的行数或列数",
                       "More rows or columns than a sheet has");
        return;
    }
    if (e) {
        answer_err(request, e);
        return;
    }
    answer_out(request,
               "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    answer_header(request, "Content-Disposition",
                  "attachment; filename=\"history.xlsx\"");
}

void api_history(struct request *request)
{
    static const struct {
        const char *format, *type;
        void (*answer)(struct request *request, const struct history_table *table);
    } forms[] = {
        {"csv", "text/csv", answer_as_csv},
        {"xlsx", "spreadsheetml", answer_as_xlsx},
        {"packed", "application/octet-stream", answer_packed},
        {"json", "application/json", answer_as_json},
    };
    const char *format = request_query(request, "format");
    size_t form = 0;
    while (form < sizeof forms / sizeof *forms &&
           !(format ? text_equal(format, forms[form].format)
                    : request_accepts(request, forms[form].type)))
        form++;
    if (form == sizeof forms / sizeof *forms) {
        if (format) {
            answer_problem(request, PROBLEM_MALFORMED, "format 应为 json、csv、xlsx 或 packed",
                           "format is json, csv, xlsx or packed");
            return;
        }
        form--; /* JSON, whatever it accepts */
    }
    struct history_table table;
    if (history_table_read(request, &table)) return;
    forms[form].answer(request, &table);
}
