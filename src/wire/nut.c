/* nut.c - see nut.h. */
#include "wire/nut.h"

#include "base/ensure.h"
#include "base/text.h"

#include <ctype.h>
#include <string.h>

enum { PORT = 3493 };

/* --- addresses -------------------------------------------------------------------- */

static bool is_name(const char *name)
{
    if (!name[0] || strlen(name) >= NUT_NAME_BYTES) return false;
    for (; *name; name++)
        if (!isalnum((unsigned char)*name) && !strchr("-_.", *name)) return false;
    return true;
}

static err wrong(char *why, size_t why_n, const char *text)
{
    if (why_n) (void)text_copy(why, why_n, text);
    return ERR_RANGE;
}

err nut_device_parse(const char *text, struct nut_device_address *address, char *why,
                     size_t why_n)
{
    static const char form[] = "the form is HOST:PORT/UPS, e.g. 127.0.0.1:3493/ups1";
    struct nut_device_address a = {.port = PORT};
    bool bracket = *text == '[';
    size_t host_n = bracket ? strcspn(text, "]") : strcspn(text, ":/");
    const char *at = text + host_n + (bracket && text[host_n] == ']');
    char digits[8];
    uint32_t port;

    if (!text_copy_n(a.host, sizeof a.host, text + bracket, host_n - bracket) ||
        !a.host[0])
        return wrong(why, why_n, form);
    if (*at == ':') {
        size_t n = strspn(++at, "0123456789");
        if (!text_copy_n(digits, sizeof digits, at, n) || text_to_u32(digits, &port) ||
            port < 1 || port > UINT16_MAX)
            return wrong(why, why_n, form);
        a.port = (uint16_t)port;
        at += n;
    }
    if (*at != '/' || !is_name(at + 1)) return wrong(why, why_n, form);
    (void)text_copy(a.ups, sizeof a.ups, at + 1);
    *address = a;
    return ERR_OK;
}

err nut_address_check(const char *protocol, const char *what, const char *address,
                      char *why, size_t why_n)
{
    struct nut_device_address a;

    if (!text_equal(protocol, "nut")) return ERR_UNKNOWN;
    if (text_equal(what, "device")) return nut_device_parse(address, &a, why, why_n);
    if (text_starts(address, "status ")) address += strlen("status ");
    return is_name(address)
               ? ERR_OK
               : wrong(why, why_n, "a variable is needed: battery.charge, or: status OB");
}

/* --- lines ------------------------------------------------------------------------ */

/* A word, or a text in quotes with \ before \ and ".  False: none, or too long. */
static bool take_word(struct bytes *in, char *out, size_t out_n)
{
    size_t n = 0;

    while (in->n && *in->at == ' ') {
        in->at++;
        in->n--;
    }
    bool quoted = in->n && *in->at == '"';
    struct bytes rest = {in->at + quoted, in->n - quoted};
    bool ended = false;
    while (rest.n && !ended) {
        char c = (char)*rest.at;
        rest.at++;
        rest.n--;
        ended = c == (quoted ? '"' : ' ');
        if (ended) break;
        if (quoted && c == '\\' && rest.n) {
            c = (char)*rest.at;
            rest.at++;
            rest.n--;
        }
        if (n + 1 >= out_n || !c) return false;
        out[n++] = c;
    }
    if (quoted ? !ended : n == 0) return false;
    out[n] = 0;
    *in = rest;
    return true;
}

err nut_next(struct bytes *in, struct nut_line *line)
{
    const uint8_t *end = in->n ? memchr(in->at, '\n', in->n) : NULL;
    char word[NUT_NAME_BYTES] = "";

    if (!end) return ERR_SHORT;
    struct bytes text = {in->at, (size_t)(end - in->at)};
    in->n -= text.n + 1;
    in->at = end + 1;
    if (text.n && text.at[text.n - 1] == '\r') text.n--;
    *line = (struct nut_line){.kind = NUT_OTHER};
    if (!take_word(&text, word, sizeof word)) return ERR_OK;
    if (text_equal(word, "BEGIN")) line->kind = NUT_BEGIN;
    if (text_equal(word, "END")) line->kind = NUT_END;
    if (text_equal(word, "ERR")) {
        line->kind = NUT_ERROR;
        return take_word(&text, line->value, sizeof line->value) ? ERR_OK : ERR_FRAME;
    }
    if (!text_equal(word, "VAR")) return ERR_OK;
    line->kind = NUT_VARIABLE;
    bool whole = take_word(&text, line->ups, sizeof line->ups) &&
                 take_word(&text, line->name, sizeof line->name) &&
                 take_word(&text, line->value, sizeof line->value);
    return whole ? ERR_OK : ERR_FRAME;
}

bool nut_status_has(const char *status, const char *word)
{
    size_t n = strlen(word);

    ensure(n > 0);
    for (const char *at = status; (at = strstr(at, word)); at += n)
        if ((at == status || at[-1] == ' ') && (at[n] == 0 || at[n] == ' ')) return true;
    return false;
}
