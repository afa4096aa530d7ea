/* lines.c - see lines.h. */
#include "heatnet/lines.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "heatnet/show.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SPARK_WIDTH_MAX = 60, NAME_SHOWN = 60 };

/* --- reading ------------------------------------------------------------------------ */

static err line_open(struct line *line, size_t n)
{
    line->times_ms = memory_new(n + 1, sizeof *line->times_ms);
    line->values = memory_new(n + 1, sizeof *line->values);
    return line->times_ms && line->values ? ERR_OK : ERR_MEMORY;
}

static void line_add(struct line *line, int64_t time_ms, double value)
{
    if (!isfinite(value)) return;
    line->times_ms[line->n] = time_ms;
    line->values[line->n++] = value;
}

/* {"__name__":"a","b":"c"} as a{b="c"}. */
static void name_metric(const json_t *metric, char out[LINE_NAME_BYTES])
{
    const char *key;
    const json_t *value;
    size_t n = 0;
    text_copy(out, LINE_NAME_BYTES, show_text(metric, "__name__"));
    char between = '{';
    json_object_foreach((json_t *)(uintptr_t)metric, key, value)
    {
        if (text_equal(key, "__name__")) continue;
        n = strlen(out);
        text_format(out + n, LINE_NAME_BYTES - n, "%c%s=\"%s\"", between, key,
                    json_string_value(value));
        between = ',';
    }
    n = strlen(out);
    if (between == ',') text_format(out + n, LINE_NAME_BYTES - n, "}");
    if (!out[0]) text_copy(out, LINE_NAME_BYTES, "{}");
}

static err read_matrix(const json_t *row, struct line *line)
{
    const json_t *values = json_object_get(row, "values");
    err e = line_open(line, json_array_size(values));
    name_metric(json_object_get(row, "metric"), line->name);
    for (size_t i = 0; !e && i < json_array_size(values); i++) {
        const json_t *pair = json_array_get(values, i);
        const char *text = json_string_value(json_array_get(pair, 1));
        double value = (double)NAN;
        if (!text || text_to_double(text, &value)) continue;
        line_add(line, llround(json_number_value(json_array_get(pair, 0)) * 1000), value);
    }
    return e;
}

static err read_history(const json_t *series, struct line *line)
{
    const json_t *rows = json_object_get(series, "rows");
    err e = line_open(line, json_array_size(rows));
    text_copy(line->name, sizeof line->name, show_text(series, "name"));
    for (size_t i = 0; !e && i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i), *value = json_array_get(row, 1);
        if (json_is_number(value))
            line_add(line, json_integer_value(json_array_get(row, 0)),
                     json_number_value(value));
    }
    return e;
}

err lines_read(const json_t *answer, struct lines *lines)
{
    *lines = (struct lines){0};
    const json_t *series = json_object_get(answer, "series");
    const json_t *matrix = json_object_get(json_object_get(answer, "data"), "result");
    const json_t *list = series ? series : matrix;
    if (!json_is_array(list)) return ERR_FRAME;
    lines->at = memory_new(json_array_size(list) + 1, sizeof *lines->at);
    if (!lines->at) return ERR_MEMORY;
    err e = ERR_OK;
    for (size_t i = 0; !e && i < json_array_size(list); i++) {
        struct line *line = &lines->at[lines->n++];
        e = series ? read_history(json_array_get(list, i), line)
                   : read_matrix(json_array_get(list, i), line);
    }
    if (e) lines_close(lines);
    return e;
}

void lines_close(struct lines *lines)
{
    for (size_t i = 0; i < lines->n; i++) {
        memory_free(lines->at[i].times_ms);
        memory_free(lines->at[i].values);
    }
    memory_free(lines->at);
    *lines = (struct lines){0};
}

/* --- sparklines --------------------------------------------------------------------- */

static void extremes(const struct line *line, double *least, double *most)
{
    *least = (double)INFINITY;
    *most = -(double)INFINITY;
    for (size_t i = 0; i < line->n; i++) {
        *least = fmin(*least, line->values[i]);
        *most = fmax(*most, line->values[i]);
    }
}

void line_spark(const struct line *line, const int64_t from_to_ms[2], size_t width,
                char out[SPARK_BYTES])
{
    static const char *const blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    double sums[SPARK_WIDTH_MAX] = {0}, least, most;
    size_t counts[SPARK_WIDTH_MAX] = {0}, n = 0;
    ensure(width > 0 && width <= SPARK_WIDTH_MAX);
    double span = (double)(from_to_ms[1] - from_to_ms[0]);
    extremes(line, &least, &most);
    for (size_t i = 0; i < line->n; i++) {
        double at = (double)(line->times_ms[i] - from_to_ms[0]) / span;
        if (!(at >= 0 && at <= 1)) continue;
        size_t column = (size_t)(at * (double)width);
        if (column == width) column--;
        sums[column] += line->values[i];
        counts[column]++;
    }
    out[0] = '\0';
    for (size_t i = 0; i < width; i++) {
        double height = counts[i] ? sums[i] / (double)counts[i] - least : 0;
        size_t step = most > least ? (size_t)(height / (most - least) * 7.999) : 3;
        text_copy(out + n, SPARK_BYTES - n, counts[i] ? blocks[step] : " ");
        n += strlen(out + n);
    }
}

void lines_print(const struct lines *lines, const int64_t from_to_ms[2])
{
    for (size_t i = 0; i < lines->n; i++) {
        const struct line *line = &lines->at[i];
        char spark[SPARK_BYTES], name[NAME_SHOWN + 4];
        double least, most;
        if (!line->n) continue;
        extremes(line, &least, &most);
        line_spark(line, from_to_ms, SPARK_WIDTH_MAX, spark);
        text_copy(name, sizeof name, line->name);
        printf("%s\n  %s  now %.6g  min %.6g  max %.6g\n", name, spark,
               line->values[line->n - 1], least, most);
    }
}
