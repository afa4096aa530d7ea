/* modem_pattern.c - one part after the other, no going back; see the header. */
#include "link/modem_pattern.h"

#include "base/ensure.h"
#include "base/text.h"

#include <string.h>

enum { DIGITS_MIN = 4, DIGITS_MAX = 20, TEXT_MAX = MODEM_NAME_BYTES - 1, FIELD_MAX = 24 };

#define FORM                                                                             \
    "e.g. REG:{digits:11}\\r\\n, {digits:15}, {hex:4}, {bcd:6}, {bytes:8}, ID={text};"

/* --- parsing --------------------------------------------------------------------- */

static const struct {
    const char *word;
    enum modem_part_kind kind;
    bool may_be_open;
} fields[] = {{"digits", MODEM_DIGITS, true}, {"bcd", MODEM_BCD, false},
              {"hex", MODEM_HEX, false},      {"bytes", MODEM_BYTES, false},
              {"text", MODEM_TEXT, true},     {"any", MODEM_ANY, false}};

static const char *add_part(struct modem_pattern *p, struct modem_part part)
{
    if (p->parts_n == MODEM_PARTS_MAX) return "a pattern has too many parts";
    p->parts[p->parts_n++] = part;
    return NULL;
}

static const char *add_literal(struct modem_pattern *p, uint8_t byte)
{
    struct modem_part *last = p->parts_n ? &p->parts[p->parts_n - 1] : NULL;

    if (p->literal_n == MODEM_LITERAL_BYTES) return "a pattern has too many fixed bytes";
    p->literal[p->literal_n++] = byte;
    if (last && last->kind == MODEM_LITERAL) {
        last->n++;
        return NULL;
    }
    return add_part(p,
                    (struct modem_part){MODEM_LITERAL, (uint8_t)(p->literal_n - 1), 1});
}

/* What stands behind a backslash; *at moves behind it. */
static const char *take_escape(const char **at, struct modem_pattern *p)
{
    static const char letters[] = "rnt\\{}|", bytes[] = "\r\n\t\\{}|";
    const char *found = **at ? strchr(letters, **at) : NULL;

    if (found) {
        *at += 1;
        return add_literal(p, (uint8_t)bytes[found - letters]);
    }
    if (**at == 'x' && (*at)[1] && (*at)[2]) {
        char hex[3] = {(*at)[1], (*at)[2], 0};
        uint8_t byte = 0;
        size_t n = 0;
        *at += 3;
        if (bytes_from_hex(hex, &byte, 1, &n) && n == 1) return add_literal(p, byte);
    }
    return "after \\ comes r, n, t, \\, {, }, | or xHH";
}

static const char *field_of(const char *word, const char *count, struct modem_part *part)
{
    uint32_t n = 0;

    for (size_t i = 0; i < COUNT(fields); i++) {
        if (!text_equal(fields[i].word, word)) continue;
        if (!count && !fields[i].may_be_open) return "a field needs its number of bytes";
        if (count && (text_to_u32(count, &n) || n < 1 || n > FIELD_MAX))
            return "a field has 1 to 24 bytes";
        *part = (struct modem_part){fields[i].kind, 0, (uint8_t)n};
        return NULL;
    }
    return "a field is one of digits, bcd, hex, bytes, text, any";
}

/* "WORD:N}" or "WORD}"; *at moves behind it. */
static const char *take_field(const char **at, struct modem_pattern *p)
{
    char word[16];
    size_t n = strcspn(*at, "}");
    struct modem_part part = {0};

    if ((*at)[n] != '}') return "a { has no }";
    if (!text_copy_n(word, sizeof word, *at, n)) return "a field is too long";
    *at += n + 1;
    char *colon = strchr(word, ':');
    if (colon) *colon = 0;
    const char *fault = field_of(word, colon ? colon + 1 : NULL, &part);
    return fault ? fault : add_part(p, part);
}

/* An open text needs fixed bytes behind it, or to be the last. */
static const char *check_pattern(const struct modem_pattern *p)
{
    if (p->parts_n == 0) return "a pattern is empty";
    for (size_t i = 0; i + 1 < p->parts_n; i++)
        if (p->parts[i].kind == MODEM_TEXT && p->parts[i].n == 0 &&
            p->parts[i + 1].kind != MODEM_LITERAL)
            return "behind {text} stand fixed bytes or nothing";
    return NULL;
}

static const char *take_pattern(const char **at, struct modem_pattern *p)
{
    const char *fault = NULL;

    while (**at && **at != '|' && !fault) {
        char c = *(*at)++;
        if (c == '{')
            fault = take_field(at, p);
        else if (c == '\\')
            fault = take_escape(at, p);
        else
            fault = add_literal(p, (uint8_t)c);
    }
    return fault ? fault : check_pattern(p);
}

err modem_patterns_parse(const char *text, struct modem_patterns *patterns, char *why,
                         size_t why_n)
{
    ensure(text && patterns);

    struct modem_patterns all = {0};
    const char *at = text, *fault = NULL;
    bool more = true;

    while (more && !fault) {
        fault = all.n == MODEM_PATTERNS_MAX ? "there are too many patterns"
                                            : take_pattern(&at, &all.at[all.n]);
        all.n++;
        more = *at == '|';
        at += more;
    }
    if (fault) {
        if (why && why_n) (void)text_format(why, why_n, "%s; %s", fault, FORM);
        return ERR_RANGE;
    }
    *patterns = all;
    return ERR_OK;
}

/* --- matching -------------------------------------------------------------------- */

struct match {
    struct bytes rest;
    bool quiet;
    char *name;
};

static err add_name(struct match *m, const char *text, size_t n)
{
    size_t have = strlen(m->name);
    if (n >= MODEM_NAME_BYTES - have) return ERR_FRAME;
    memcpy(m->name + have, text, n);
    m->name[have + n] = 0;
    return ERR_OK;
}

static err add_hex(struct match *m, struct bytes bytes)
{
    char hex[2 * FIELD_MAX + 1];
    bytes_to_hex(bytes, hex);
    return add_name(m, hex, 2 * bytes.n);
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

static size_t digits_n(struct bytes in, size_t most)
{
    size_t n = 0;
    while (n < in.n && n < most && is_digit(in.at[n])) n++;
    return n;
}

static err match_digits(struct match *m, size_t want)
{
    size_t n = digits_n(m->rest, want ? want : DIGITS_MAX);
    bool at_end = n == m->rest.n;

    if (want ? n < want : n < DIGITS_MIN) return at_end ? ERR_SHORT : ERR_FRAME;
    if (!want && at_end && n < DIGITS_MAX && !m->quiet) return ERR_SHORT;
    err e = add_name(m, (const char *)m->rest.at, n);
    m->rest.at += n;
    m->rest.n -= n;
    return e;
}

static err match_literal(struct match *m, struct bytes want)
{
    size_t n = m->rest.n < want.n ? m->rest.n : want.n;

    if (memcmp(m->rest.at, want.at, n) != 0) return ERR_FRAME;
    if (n < want.n) return ERR_SHORT;
    m->rest.at += n;
    m->rest.n -= n;
    return ERR_OK;
}

/* Up to where `stop` begins; without a stop up to a line's end or to where it is quiet.
 */
static err match_text(struct match *m, struct bytes stop)
{
    static const uint8_t ends[] = "\r\n";
    size_t n = 0;

    while (n < m->rest.n && n <= TEXT_MAX) {
        struct bytes rest = {m->rest.at + n, m->rest.n - n};
        bool stops = stop.n ? rest.n >= stop.n && !memcmp(rest.at, stop.at, stop.n)
                            : rest.at[0] == ends[0] || rest.at[0] == ends[1];
        if (stops) break;
        n++;
    }
    if (n > TEXT_MAX) return ERR_FRAME;
    if (n == m->rest.n && (stop.n || !m->quiet)) return ERR_SHORT;
    if (n == 0) return ERR_FRAME;
    err e = add_name(m, (const char *)m->rest.at, n);
    m->rest.at += n;
    m->rest.n -= n;
    return e;
}

static err match_bcd(struct match *m, struct bytes bytes)
{
    for (size_t i = 0; i < bytes.n; i++)
        if (bytes.at[i] >> 4 > 9 || (bytes.at[i] & 15) > 9) return ERR_FRAME;
    return add_hex(m, bytes);
}

static err match_bytes(struct match *m, struct bytes bytes)
{
    char text[FIELD_MAX + 1];

    memcpy(text, bytes.at, bytes.n);
    text[bytes.n] = 0;
    if (strlen(text) == bytes.n && modem_name_is_good(text))
        return add_name(m, text, bytes.n);
    return add_hex(m, bytes);
}

static err match_field(struct match *m, enum modem_part_kind kind, size_t n)
{
    struct bytes bytes;

    if (!bytes_take(&m->rest, n, &bytes)) return ERR_SHORT;
    if (kind == MODEM_BCD) return match_bcd(m, bytes);
    if (kind == MODEM_HEX) return add_hex(m, bytes);
    if (kind == MODEM_BYTES) return match_bytes(m, bytes);
    if (kind == MODEM_TEXT) return add_name(m, (const char *)bytes.at, n);
    return ERR_OK;
}

static struct bytes literal_of(const struct modem_pattern *p, size_t i)
{
    if (i >= p->parts_n || p->parts[i].kind != MODEM_LITERAL) return (struct bytes){0};
    return (struct bytes){p->literal + p->parts[i].at, p->parts[i].n};
}

static err match_part(struct match *m, const struct modem_pattern *p, size_t i)
{
    struct modem_part part = p->parts[i];

    if (part.kind == MODEM_LITERAL) return match_literal(m, literal_of(p, i));
    if (part.kind == MODEM_DIGITS) return match_digits(m, part.n);
    if (part.kind == MODEM_TEXT && part.n == 0)
        return match_text(m, literal_of(p, i + 1));
    return match_field(m, part.kind, part.n);
}

static bool has_name(const struct modem_pattern *p)
{
    for (size_t i = 0; i < p->parts_n; i++)
        if (p->parts[i].kind != MODEM_LITERAL && p->parts[i].kind != MODEM_ANY)
            return true;
    return false;
}

static err match_one(const struct modem_pattern *p, struct match *m)
{
    err e = ERR_OK;
    bool none = m->rest.n == 0;

    m->name[0] = 0;
    for (size_t i = 0; i < p->parts_n && !e; i++)
        e = none ? ERR_SHORT : match_part(m, p, i);
    if (e == ERR_SHORT && m->rest.n > MODEM_PACKET_BYTES) return ERR_FRAME;
    if (!e && has_name(p) && !modem_name_is_good(m->name)) return ERR_FRAME;
    return e;
}

err modem_patterns_match(const struct modem_patterns *patterns, struct bytes in,
                         bool quiet, size_t *used, char name[MODEM_NAME_BYTES])
{
    ensure(patterns && used && name);

    bool short_of_bytes = false;

    for (size_t i = 0; i < patterns->n; i++) {
        char found[MODEM_NAME_BYTES];
        struct match m = {in, quiet, found};
        err e = match_one(&patterns->at[i], &m);
        short_of_bytes |= e == ERR_SHORT;
        if (e) continue;
        *used = in.n - m.rest.n;
        (void)text_copy(name, MODEM_NAME_BYTES, found);
        return ERR_OK;
    }
    return short_of_bytes ? ERR_SHORT : ERR_FRAME;
}

/* --- heartbeats ------------------------------------------------------------------ */

/* Only heartbeats from here to the end. */
static bool nothing_else(const struct modem_patterns *heartbeats, struct bytes in)
{
    char name[MODEM_NAME_BYTES];
    size_t used = 0;

    while (in.n > 0) {
        if (modem_patterns_match(heartbeats, in, true, &used, name)) return false;
        in.at += used;
        in.n -= used;
    }
    return true;
}

void modem_heartbeats_strip(const struct modem_patterns *heartbeats, struct bytes in,
                            bool quiet, struct modem_stripped *s)
{
    ensure(heartbeats && s && s->out);

    char name[MODEM_NAME_BYTES];
    bool alone = heartbeats->n > 0 && nothing_else(heartbeats, in);

    s->kept_n = s->held_n = s->beats_n = 0;
    while (in.n > 0) {
        size_t used = 0;
        err e = modem_patterns_match(heartbeats, in, quiet, &used, name);
        if (e == ERR_SHORT && !quiet && in.n <= MODEM_PACKET_BYTES) {
            s->held_n = in.n;
            break;
        }
        if (!e && (alone || used >= MODEM_HEARTBEAT_SURE)) {
            s->beats_n++;
        } else {
            s->out[s->kept_n++] = in.at[0];
            used = 1;
        }
        in.at += used;
        in.n -= used;
    }
}
