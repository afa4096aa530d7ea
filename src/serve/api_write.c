/* api_write.c - the doors for series of programs: InfluxDB's line protocol (1 and 2) and
 * Prometheus remote write.
 *
 * 2xx only when everything taken is durable.  What cannot be taken is said in the form of
 * the server that the client believes to talk to. */
#include "base/memory.h"
#include "base/text.h"
#include "model/quality.h"
#include "serve/api.h"
#include "serve/js.h"
#include "serve/outside.h"
#include "serve/parameters.h"
#include "serve/request.h"
#include "serve/server.h"
#include "wire/gzip.h"
#include "wire/remote_write.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    UNPACKED_BYTES_MAX = 32 << 20,
    ARENA_BYTES_MAX = 512 << 20,
    SAMPLES_MAX = 2000000,
    SHOWN_BYTES = 80
};

struct writing {
    struct request *request;
    struct arena arena;
    struct buffer text; /* unpacked */
    struct outside_batch batch;
    size_t capacity;
    char terminal[CATALOG_CODE_BYTES];
    int64_t now_ms;
    size_t wrong_n, strings_n; /* lines that are none; fields that are texts */
    char why[LINE_WHY_BYTES + SHOWN_BYTES + 40]; /* of the first wrong line */
};

/* --- shared ------------------------------------------------------------------------- */

static struct writing *open_writing(struct request *request)
{
    struct writing *writing = memory_new(1, sizeof *writing);
    if (!writing) {
        answer_err(request, ERR_MEMORY);
        return NULL;
    }
    writing->request = request;
    writing->now_ms = server_now_ms(request->server);
    arena_open(&writing->arena, ARENA_BYTES_MAX);
    buffer_open(&writing->text, UNPACKED_BYTES_MAX);
    const struct api_token *token = &request->token;
    text_format(writing->terminal, sizeof writing->terminal, "%s-%s",
                token->id ? "token" : "account",
                token->id ? token->name : request->session.account.name);
    const char *database = request_query(request, "db");
    if (!database) database = request_query(request, "bucket");
    writing->batch = (struct outside_batch){.server = request->server,
                                            .database = database,
                                            .arena = &writing->arena,
                                            .creates = !token->id || token->creates,
                                            .terminal = writing->terminal};
    return writing;
}

static void close_writing(struct writing *writing)
{
    memory_free(writing->batch.samples);
    buffer_close(&writing->text);
    arena_close(&writing->arena);
    memory_free(writing);
}

static struct outside_sample *add_sample(struct writing *writing)
{
    struct outside_batch *batch = &writing->batch;
    if (batch->n == writing->capacity) {
        size_t capacity = writing->capacity ? 2 * writing->capacity : 256;
        if (capacity > SAMPLES_MAX) return NULL;
        struct outside_sample *grown =
            memory_resize(batch->samples, capacity, sizeof *grown);
        if (!grown) return NULL;
        batch->samples = grown;
        writing->capacity = capacity;
    }
    struct outside_sample *sample = &batch->samples[batch->n++];
    *sample = (struct outside_sample){0};
    return sample;
}

/* A number that is none is a reading that is not a number. */
static void set_value(struct outside_sample *sample, double value)
{
    sample->value = isfinite(value) ? value : (double)NAN;
    sample->quality = isfinite(value) ? QUALITY_GOOD : QUALITY_NOT_A_NUMBER;
}

/* --- line protocol: samples --------------------------------------------------------- */

static const struct {
    const char *word;
    int64_t per_ms, ms; /* units in a millisecond, or milliseconds in a unit */
} precisions[] = {
    {"ns", 1000000, 1}, {"n", 1000000, 1}, {"us", 1000, 1},  {"u", 1000, 1},
    {"µs", 1000, 1},    {"ms", 1, 1},      {"s", 1, 1000},   {"m", 1, 60000},
    {"h", 1, 3600000},
};

static size_t find_precision(const char *word)
{
    size_t i = 0;
    while (i < sizeof precisions / sizeof *precisions &&
           !text_equal(precisions[i].word, word))
        i++;
    return i;
}

/* Downwards; a time that no int64 of ms holds becomes one that is out of time. */
static int64_t to_ms(int64_t time, size_t precision)
{
    int64_t per_ms = precisions[precision].per_ms, ms = precisions[precision].ms;
    if (time > INT64_MAX / ms || time < INT64_MIN / ms) return -1;
    int64_t whole = time * ms / per_ms;
    return time < 0 && time % per_ms ? whole - 1 : whole;
}

static const char *join_names(struct arena *arena, const char *measurement,
                              const char *field)
{
    size_t n = strlen(measurement), m = strlen(field);
    if (text_equal(field, "value")) return measurement;
    char *text = arena_new(arena, n + m + 2, 1);
    if (!text) return NULL;
    memcpy(text, measurement, n);
    text[n] = '_';
    memcpy(text + n + 1, field, m);
    return text;
}

static err take_tags(struct writing *writing, const struct line_point *point,
                     struct labels *tags)
{
    struct label *at = arena_new(&writing->arena, point->tags_n + 1, sizeof *at);
    if (!at) return ERR_MEMORY;
    for (size_t i = 0; i < point->tags_n; i++)
        at[i] = (struct label){point->tags[i].key, point->tags[i].value};
    return labels_order(at, point->tags_n, tags);
}

static err take_field(struct writing *writing, const struct line_point *point,
                      const struct line_field *field, struct labels tags)
{
    struct outside_sample *sample = add_sample(writing);
    const char *metric = join_names(&writing->arena, point->measurement, field->key);
    if (!sample || !metric) return ERR_FULL;
    sample->measurement = point->measurement;
    sample->field = field->key;
    sample->tags = tags;
    sample->type = field->type;
    sample->typed = true;
    sample->time_ms = point->time;
    if (field->type == LINE_STRING) writing->strings_n++;
    set_value(sample, field->number);
    return labels_set(&writing->arena, tags, LABEL_METRIC, metric, &sample->labels);
}

static err take_point(struct writing *writing, struct line_point *point, size_t precision)
{
    struct labels tags;
    point->time = point->has_time ? to_ms(point->time, precision) : writing->now_ms;
    err e = take_tags(writing, point, &tags);
    for (size_t i = 0; !e && i < point->fields_n; i++)
        e = take_field(writing, point, &point->fields[i], tags);
    return e;
}

static void note_wrong(struct writing *writing, struct bytes line, const char *why)
{
    if (writing->wrong_n++) return;
    char shown[SHOWN_BYTES];
    text_copy_n(shown, sizeof shown, (const char *)line.at, line.n);
    for (char *c = shown; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f) *c = '?';
    if (!text_is_clean(shown, strlen(shown))) text_copy(shown, sizeof shown, "...");
    text_format(writing->why, sizeof writing->why, "unable to parse '%s': %s", shown,
                why);
}

static err take_lines(struct writing *writing, struct bytes text, size_t precision)
{
    struct line_reader reader;
    line_reader_open(&reader, text, &writing->arena);
    for (;;) {
        struct line_point point;
        char why[LINE_WHY_BYTES];
        err e = line_next(&reader, &point, why);
        if (e == ERR_SHORT) return ERR_OK;
        if (e == ERR_FRAME)
            note_wrong(writing, point.line, why);
        else if (!e)
            e = take_point(writing, &point, precision);
        if (e && e != ERR_FRAME) return e;
    }
}

/* --- line protocol: answers --------------------------------------------------------- */

static void influx_error(struct request *request, int status, bool two, const char *why)
{
    struct buffer *out = &request->out;
    buffer_clear(out);
    js_object(out);
    if (two) {
        js_put_text(out, "code",
                    status == 413   ? "request too large"
                    : status == 503 ? "unavailable"
                    : status == 500 ? "internal error"
                                    : "invalid");
        js_put_text(out, "message", why);
    } else {
        js_put_text(out, "error", why);
    }
    js_object_end(out);
    request->content_type = "application/json";
    request->status = status;
    if (status == 503) answer_header(request, "Retry-After", "1");
}

static void influx_failed(struct request *request, bool two, err e)
{
    if (e == ERR_FULL)
        influx_error(request, 413, two, "the request is too large: send fewer lines");
    else if (e == ERR_BUSY || e == ERR_SPACE || e == ERR_CLOSED)
        influx_error(request, 503, two, "the server cannot store it now: try again");
    else
        influx_error(request, 500, two, err_text(e));
}

static void answer_lines(struct writing *writing, bool two)
{
    struct request *request = writing->request;
    const struct outside_batch *batch = &writing->batch;
    char why[sizeof writing->why + OUTSIDE_WHY_BYTES];
    if (batch->dropped_n) {
        text_format(why, sizeof why, "partial write: %s dropped=%zu", batch->why,
                    batch->dropped_n);
        influx_error(request, 400, two, why);
    } else if (writing->wrong_n) {
        bool partial = batch->n > 0;
        text_format(why, sizeof why, "%s%s%s", partial ? "partial write: " : "",
                    writing->why, partial ? " dropped=0" : "");
        influx_error(request, 400, two, why);
    } else {
        answer_empty(request, 204);
    }
    if (writing->strings_n) /* accepted, but history keeps numbers */
        answer_header_format(request, "X-Heatnet-Texts-Not-Kept", "%zu",
                             writing->strings_n);
}

/* The body, unpacked when it is gzip. */
static err body_text(struct writing *writing, struct bytes *text)
{
    const char *coding = request_header(writing->request, "Content-Encoding");
    struct bytes body = buffer_bytes(&writing->request->body);
    *text = body;
    if (!coding || strcasecmp(coding, "gzip") != 0) return ERR_OK;
    err e = gzip_unpack(body, &writing->text);
    *text = buffer_bytes(&writing->text);
    return e;
}

static void write_lines(struct writing *writing, bool two, size_t precision)
{
    struct request *request = writing->request;
    struct bytes text;
    err e = body_text(writing, &text);
    if (e == ERR_FRAME) {
        influx_error(request, 400, two, "the body is not gzip");
        return;
    }
    if (!e) e = take_lines(writing, text, precision);
    if (!e) e = outside_resolve(&writing->batch);
    if (!e) e = outside_send(&writing->batch);
    if (e)
        influx_failed(request, two, e);
    else
        answer_lines(writing, two);
}

static void influx_write(struct request *request, bool two)
{
    const char *word = request_query(request, "precision");
    size_t precision = find_precision(word && word[0] ? word : "ns");
    if (precision == sizeof precisions / sizeof *precisions) {
        influx_error(request, 400, two,
                     "invalid precision: ns, us, ms, s, m or h is expected");
        return;
    }
    const char *database = request_query(request, "db");
    if (!two && (!database || !database[0])) {
        influx_error(request, 400, two, "database is required");
        return;
    }
    struct writing *writing = open_writing(request);
    if (!writing) return;
    write_lines(writing, two, precision);
    close_writing(writing);
}

void api_influx_write(struct request *request)
{
    influx_write(request, false);
}

void api_influx_write_2(struct request *request)
{
    influx_write(request, true);
}

/* --- remote write ------------------------------------------------------------------- */

/* NULL: in order; else what is wrong. */
static const char *check_labels(const struct labels *labels)
{
    if (!labels_value(*labels, LABEL_METRIC)[0]) return "a series has no __name__";
    for (size_t i = 0; i < labels->n; i++) {
        const struct label *label = &labels->at[i];
        if (!label->name[0]) return "a label has no name";
        if (!text_is_clean(label->name, strlen(label->name)))
            return "a label's name is not clean UTF-8";
        for (const char *c = label->value; *c; c++) /* line ends are allowed in values */
            if (*c == '\v') return "a label's value has a control character";
    }
    return NULL;
}

static err take_series(struct writing *writing, const struct remote_series *series)
{
    struct label *at = arena_new(&writing->arena, series->labels_n + 1, sizeof *at);
    struct labels labels, tags;
    if (!at) return ERR_MEMORY;
    for (size_t i = 0; i < series->labels_n; i++)
        at[i] = (struct label){series->labels[i].name, series->labels[i].value};
    err e = labels_order(at, series->labels_n, &labels);
    const char *why = e == ERR_DUPLICATE ? "a series has a label twice"
                      : e                ? err_text(e)
                                         : check_labels(&labels);
    if (why) {
        if (!writing->wrong_n++) text_copy(writing->why, sizeof writing->why, why);
        return ERR_OK;
    }
    const char *metric = labels_value(labels, LABEL_METRIC);
    e = labels_drop_metric(&writing->arena, labels, &tags);
    for (size_t i = 0; !e && i < series->samples_n; i++) {
        struct outside_sample *sample = add_sample(writing);
        if (!sample) return ERR_FULL;
        const struct remote_sample *from = &series->samples[i];
        bool stale = remote_write_is_stale(from->value);
        *sample = (struct outside_sample){.measurement = metric,
                                          .field = "value",
                                          .tags = tags,
                                          .labels = labels,
                                          .type = LINE_FLOAT,
                                          .time_ms = from->time_ms};
        set_value(sample, from->value);
        if (stale) sample->quality = QUALITY_NO_ANSWER; /* the series ends here */
    }
    return e;
}

static err take_request(struct writing *writing, struct bytes message)
{
    for (;;) {
        struct remote_series series;
        char why[REMOTE_WRITE_WHY_BYTES];
        err e = remote_write_next(&message, &writing->arena, &series, why);
        if (e == ERR_SHORT) return ERR_OK;
        if (e == ERR_FRAME) text_copy(writing->why, sizeof writing->why, why);
        if (!e) e = take_series(writing, &series);
        if (e) return e;
    }
}

/* Prometheus logs the text of the answer; 4xx it gives up, 5xx it sends again. */
static void remote_answer(struct request *request, int status, const char *why)
{
    buffer_clear(&request->out);
    buffer_put_text(&request->out, why);
    buffer_put_text(&request->out, "\n");
    request->content_type = "text/plain; charset=utf-8";
    request->status = status;
    if (status == 503) answer_header(request, "Retry-After", "1");
}

static void answer_remote(struct writing *writing, err e)
{
    struct request *request = writing->request;
    char why[LINE_WHY_BYTES + OUTSIDE_WHY_BYTES];
    if (e == ERR_FRAME)
        remote_answer(request, 400,
                      writing->why[0] ? writing->why : "the body is not a snappy block");
    else if (e == ERR_FULL)
        remote_answer(request, 400, "the request is too large");
    else if (e == ERR_BUSY || e == ERR_SPACE || e == ERR_CLOSED)
        remote_answer(request, 503, "the server cannot store it now: try again");
    else if (e)
        remote_answer(request, 500, err_text(e));
    else if (writing->batch.dropped_n || writing->wrong_n) {
        text_format(why, sizeof why,
                    "%s; dropped %zu samples and %zu series, took the rest",
                    writing->batch.why ? writing->batch.why : writing->why,
                    writing->batch.dropped_n, writing->wrong_n);
        remote_answer(request, 400, why);
    } else {
        answer_empty(request, 204);
    }
}

void api_remote_write(struct request *request)
{
    const char *coding = request_header(request, "Content-Encoding");
    if (coding && strcasecmp(coding, "snappy") != 0) {
        remote_answer(request, 415, "Content-Encoding: snappy is expected");
        return;
    }
    struct writing *writing = open_writing(request);
    if (!writing) return;
    struct bytes message;
    err e = remote_write_unpack(buffer_bytes(&request->body), &writing->arena, &message);
    if (!e) e = take_request(writing, message);
    if (!e) e = outside_resolve(&writing->batch);
    if (!e) e = outside_send(&writing->batch);
    answer_remote(writing, e);
    close_writing(writing);
}
