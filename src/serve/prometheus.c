/* prometheus.c - see prometheus.h. */
#include "serve/prometheus.h"

#include "base/text.h"
#include "serve/js.h"

#include <stdarg.h>

enum { WHY_BYTES = 600 };

static const struct {
    int status;
    const char *word;
} kinds[] = {[PROMETHEUS_BAD_DATA] = {400, "bad_data"},
             [PROMETHEUS_EXECUTION] = {422, "execution"},
             [PROMETHEUS_TIMEOUT] = {503, "timeout"}};

void prometheus_error(struct request *request, enum prometheus_error error,
                      const char *format, ...)
{
    char why[WHY_BYTES];
    va_list list;
    va_start(list, format);
    text_format_list(why, sizeof why, format, list);
    va_end(list);
    struct buffer *out = &request->out;
    buffer_clear(out);
    js_object(out);
    js_put_text(out, "status", "error");
    js_put_text(out, "errorType", kinds[error].word);
    js_put_text(out, "error", why);
    js_object_end(out);
    request->content_type = "application/json";
    request->status = kinds[error].status;
}

bool prometheus_parameters(struct request *request, struct parameters *parameters)
{
    err e = parameters_read(request, parameters);
    if (!e) return true;
    prometheus_error(request, PROMETHEUS_BAD_DATA,
                     e == ERR_FULL ? "too many parameters: at most %d"
                                   : "error parsing form values (at most %d)",
                     PARAMETERS_MAX);
    return false;
}

void prometheus_begin(struct buffer *out)
{
    js_object(out);
    js_put_text(out, "status", "success");
    js_key(out, "data");
}

void prometheus_end(struct buffer *out)
{
    js_object_end(out);
}

void prometheus_answer(struct request *request)
{
    struct buffer *out = &request->out;
    if (out->broken == ERR_FULL) {
        prometheus_error(request, PROMETHEUS_EXECUTION,
                         "the answer is larger than %d MiB: ask for fewer series, a "
                         "shorter range or a longer step",
                         REQUEST_OUT_BYTES_MAX >> 20);
        return;
    }
    answer_out(request, "application/json");
}

void prometheus_labels(struct buffer *out, struct labels labels)
{
    js_object(out);
    for (size_t i = 0; i < labels.n; i++) {
        js_text(out, labels.at[i].name); /* may hold anything, not as our own names */
        buffer_put_u8(out, ':');
        js_text(out, labels.at[i].value);
    }
    js_object_end(out);
}
