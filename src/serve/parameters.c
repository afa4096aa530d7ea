/* parameters.c - see parameters.h. */
#include "serve/parameters.h"

#include "base/text.h"

#include <string.h>
#include <strings.h>

struct reading {
    struct parameters *parameters;
    err e;
};

static void add(struct reading *reading, const char *name, const char *value)
{
    struct parameters *parameters = reading->parameters;
    if (parameters->n == PARAMETERS_MAX) {
        reading->e = ERR_FULL;
        return;
    }
    parameters->at[parameters->n].name = name;
    parameters->at[parameters->n++].value = value ? value : "";
}

static enum MHD_Result take_query(void *context, enum MHD_ValueKind kind,
                                  const char *name, const char *value)
{
    (void)kind;
    add(context, name, value);
    return MHD_YES;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* application/x-www-form-urlencoded, in place; false: a broken %XX or a NUL. */
static bool unescape(char *text)
{
    char *out = text;
    for (; *text; text++) {
        if (*text != '%') {
            *out++ = *text == '+' ? ' ' : *text;
            continue;
        }
        int high = hex_digit(text[1]), low = high < 0 ? -1 : hex_digit(text[2]);
        if (low < 0 || !(high | low)) return false;
        *out++ = (char)(high << 4 | low);
        text += 2;
    }
    *out = '\0';
    return true;
}

static err take_form(struct request *request, struct reading *reading)
{
    const struct buffer *body = &request->body;
    if (body->n && memchr(body->at, '\0', body->n)) return ERR_FRAME;
    char *at =
        arena_text(&request->arena, body->n ? (const char *)body->at : "", body->n);
    if (!at) return ERR_MEMORY;
    while (*at && !reading->e) {
        char *name = at, *end = at + strcspn(at, "&");
        bool more = *end == '&';
        *end = '\0';
        at = end + more;
        if (!*name) continue;
        char *value = strchr(name, '=');
        if (value) *value++ = '\0';
        if (!unescape(name) || (value && !unescape(value))) return ERR_FRAME;
        add(reading, name, value);
    }
    return reading->e;
}

err parameters_read(struct request *request, struct parameters *parameters)
{
    *parameters = (struct parameters){0};
    struct reading reading = {.parameters = parameters};
    const char *type = request_header(request, "Content-Type");
    static const char form[] = "application/x-www-form-urlencoded";
    err e = ERR_OK;
    if (request->body.n && type && strncasecmp(type, form, sizeof form - 1) == 0)
        e = take_form(request, &reading);
    (void)MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND,
                                    take_query, &reading);
    return e ? e : reading.e;
}

const char *parameters_find(const struct parameters *parameters, const char *name)
{
    for (size_t i = 0; i < parameters->n; i++)
        if (text_equal(parameters->at[i].name, name)) return parameters->at[i].value;
    return NULL;
}
