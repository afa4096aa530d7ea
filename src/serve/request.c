/* request.c - reading requests and leaving answers; see request.h. */
#include "serve/request.h"

#include "base/diag.h"
#include "base/ensure.h"
#include "base/log.h"
#include "base/text.h"
#include "serve/js.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>

enum { JSON_DEPTH_TEXT_BYTES = 200 };

const char *request_query(const struct request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *request_header(const struct request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

static void wrong_parameter(struct request *request, const char *name, const char *form)
{
    char zh[JSON_DEPTH_TEXT_BYTES], en[JSON_DEPTH_TEXT_BYTES];
    text_format(zh, sizeof zh, "参数 %s 有误，应为：%s", name, form);
    text_format(en, sizeof en, "Parameter %s is wrong; expected: %s", name, form);
    answer_problem(request, PROBLEM_MALFORMED, zh, en);
}

err request_query_i64(struct request *request, const char *name, int64_t least,
                      int64_t most, int64_t *value)
{
    const char *text = request_query(request, name);
    if (!text) return ERR_OK;
    int64_t number = 0;
    err e = text_to_i64(text, &number);
    if (!e && (number < least || number > most)) e = ERR_RANGE;
    if (!e) {
        *value = number;
        return ERR_OK;
    }
    char form[64];
    text_format(form, sizeof form, "%lld .. %lld", (long long)least, (long long)most);
    wrong_parameter(request, name, form);
    return e;
}

err request_query_limit(struct request *request, int64_t most, size_t *limit)
{
    int64_t wanted = (int64_t)*limit;
    err e = request_query_i64(request, "limit", 1, INT64_MAX, &wanted);
    if (!e) *limit = (size_t)(wanted < most ? wanted : most);
    return e;
}

err request_query_time(struct request *request, const char *name, int64_t *utc_ms)
{
    const char *text = request_query(request, name);
    if (!text) return ERR_OK;
    err e = text_to_time(text, utc_ms);
    if (e) wrong_parameter(request, name, "2026-11-25T07:00:00Z / 1795590000000");
    return e;
}

err request_query_range(struct request *request, int64_t *from_ms, int64_t *to_ms)
{
    *from_ms = INT64_MIN;
    *to_ms = INT64_MIN;
    err e = request_query_time(request, "from", from_ms);
    if (!e) e = request_query_time(request, "to", to_ms);
    if (e) return e;
    if (*from_ms == INT64_MIN || *to_ms == INT64_MIN || *from_ms >= *to_ms) {
        wrong_parameter(request, "from, to", "from < to");
        return ERR_RANGE;
    }
    return ERR_OK;
}

err request_word_id(struct request *request, size_t word_i, uint64_t *id)
{
    int64_t number = 0;
    if (text_to_i64(request->words[word_i], &number) || number <= 0) {
        answer_problem(request, PROBLEM_UNKNOWN, NULL, NULL);
        return ERR_UNKNOWN;
    }
    *id = (uint64_t)number;
    return ERR_OK;
}

json_t *request_json(struct request *request)
{
    const char *type = request_header(request, "Content-Type");
    if (!type || strncasecmp(type, "application/json", 16) != 0) {
        answer_problem(request, PROBLEM_MEDIA, "应为 application/json",
                       "application/json is expected");
        return NULL;
    }
    json_error_t error;
    json_t *json = json_loadb((const char *)request->body.at, request->body.n,
                              JSON_REJECT_DUPLICATES, &error);
    if (json_is_object(json)) return json;
    json_decref(json);
    answer_problem(request, PROBLEM_MALFORMED, "请求体不是 JSON 对象",
                   "The body is not a JSON object");
    return NULL;
}

err request_json_text(struct request *request, const json_t *json, const char *name,
                      size_t n_max, const char **text)
{
    *text = NULL;
    const json_t *member = json_object_get(json, name);
    if (!member || json_is_null(member)) return ERR_OK;
    const char *value = json_string_value(member);
    size_t n = json_string_length(member);
    if (!value || n > n_max || strlen(value) != n || !text_is_clean(value, n)) {
        wrong_parameter(request, name, "text");
        return ERR_RANGE;
    }
    *text = value;
    return ERR_OK;
}

bool request_accepts(const struct request *request, const char *type)
{
    const char *accept = request_header(request, "Accept");
    return accept && strcasestr(accept, type) != NULL;
}

/* --- answers ------------------------------------------------------------------------ */

void answer_header(struct request *request, const char *name, const char *value)
{
    ensure(request->headers_n < REQUEST_HEADERS_MAX);
    request->headers[request->headers_n].name = name;
    request->headers[request->headers_n].value = value;
    request->headers_n++;
}

void answer_header_format(struct request *request, const char *name, const char *format,
                          ...)
{
    char text[512];
    va_list list;
    va_start(list, format);
    bool fits = text_format_list(text, sizeof text, format, list);
    va_end(list);
    ensure(fits);
    char *kept = arena_text(&request->arena, text, strlen(text));
    if (kept) answer_header(request, name, kept);
}

void answer_out(struct request *request, const char *content_type)
{
    if (request->out.broken) {
        answer_err(request, request->out.broken);
        return;
    }
    request->content_type = content_type;
    request->status = 200;
}

void answer_json(struct request *request, int status)
{
    answer_out(request, "application/json; charset=utf-8");
    if (request->status == 200) request->status = status;
}

void answer_csv(struct request *request, const char *file_name)
{
    answer_out(request, "text/csv; charset=utf-8");
    answer_header_format(request, "Content-Disposition", "attachment; filename=\"%s\"",
                         file_name);
}

void answer_empty(struct request *request, int status)
{
    buffer_clear(&request->out);
    request->content_type = NULL;
    request->status = status;
}

static void put_problem(struct request *request, enum problem problem, const char *detail)
{
    const struct problem_kind *kind = problem_kind(problem);
    struct buffer *out = &request->out;
    buffer_clear(out);
    js_object(out);
    js_put_text(out, "type", "about:blank");
    js_put_text(out, "title", request->english ? kind->en : kind->zh);
    js_put_i64(out, "status", kind->status);
    js_put_text(out, "detail", detail);
    js_put_text(out, "code", kind->code);
    request->status = kind->status;
    request->content_type = "application/problem+json; charset=utf-8";
}

void answer_problem(struct request *request, enum problem problem, const char *zh,
                    const char *en)
{
    const char *detail = request->english ? en : zh;
    put_problem(request, problem, detail ? detail : "");
    js_object_end(&request->out);
    if (problem == PROBLEM_BUSY) answer_header(request, "Retry-After", "1");
}

void answer_err(struct request *request, err e)
{
    enum problem problem = problem_of_err(e);
    if (problem == PROBLEM_INTERNAL)
        log_event(LOG_ERROR, "serve", "request_failed", "path=%s error=%s", request->path,
                  err_name(e));
    answer_problem(request, problem, NULL, NULL);
}

void answer_diag(struct request *request, const struct diag *diag)
{
    put_problem(request, PROBLEM_INVALID_IMPORT, "");
    struct buffer *out = &request->out;
    js_put_u64(out, "errors_total", diag->total);
    js_key(out, "errors");
    js_array(out);
    for (size_t i = 0; i < diag->n; i++) {
        js_object(out);
        js_put_u64(out, "line", diag->at[i].line);
        js_put_text(out, "field", diag->at[i].field);
        js_put_text(out, "text", diag->at[i].text);
        js_object_end(out);
    }
    js_array_end(out);
    js_object_end(out);
}
