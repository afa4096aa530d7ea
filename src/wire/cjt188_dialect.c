/* cjt188_dialect.c - a dialect as words, and the guess which one a meter speaks. */
#include "base/ensure.h"
#include "base/text.h"
#include "wire/bcd.h"
#include "wire/cjt188_layout.h"

#include <string.h>
#include <strings.h>

/* --- words ----------------------------------------------------------------------- */

enum word { STD, UNIT_FIRST, HIGH_FIRST, PLUS_33, POWER_FRACTION, COOLING_FIRST, FLOW };

static const struct {
    const char *text;
    enum word word;
    uint8_t number;
} words[] = {
    {"std",            STD,            0}, /* the first spelling is the one we print */
    {"standard",       STD,            0},
    {"le",             STD,            0},
    {"unit-first",     UNIT_FIRST,     0},
    {"unit_first",     UNIT_FIRST,     0},
    {"be",             HIGH_FIRST,     0},
    {"high-first",     HIGH_FIRST,     0},
    {"plus33",         PLUS_33,        0},
    {"33",             PLUS_33,        0},
    {"33h",            PLUS_33,        0},
    {"power-fraction", POWER_FRACTION, 0},
    {"cooling-first",  COOLING_FIRST,  0},
    {"flow2",          FLOW,           2},
    {"flow3",          FLOW,           3},
    {"flow4",          FLOW,           4},
};

static void take(struct cjt188_dialect *d, enum word word, uint8_t number)
{
    switch (word) {
    case STD:
        break;
    case UNIT_FIRST:
        d->unit_first = true;
        break;
    case HIGH_FIRST:
        d->high_first = true;
        break;
    case PLUS_33:
        d->plus_33 = true;
        break;
    case POWER_FRACTION:
        d->power_fraction = true;
        break;
    case COOLING_FIRST:
        d->cooling_first = true;
        break;
    case FLOW:
        d->flow_decimals = number;
        break;
    }
}

static bool take_word(struct cjt188_dialect *d, const char *at, size_t n)
{
    for (size_t i = 0; i < COUNT(words); i++) {
        if (strlen(words[i].text) != n || strncasecmp(words[i].text, at, n) != 0)
            continue;
        take(d, words[i].word, words[i].number);
        return true;
    }
    return false;
}

/* "unit-first: unit byte then value LE BCD +33": what stands behind a colon explains the
 * word before it, up to the next "+". */
static size_t skip_explanation(const char *at)
{
    return *at == ':' ? strcspn(at, "+") : 0;
}

err cjt188_dialect_parse(const char *text, struct cjt188_dialect *dialect, char *why,
                         size_t why_n)
{
    ensure(text && dialect);

    static const char between[] = "+, ";
    struct cjt188_dialect d = {0};
    const char *at = text + strspn(text, between);
    bool any = *at != 0;

    while (*at) {
        size_t n = strcspn(at, "+, :");
        if (!take_word(&d, at, n)) {
            any = false;
            break;
        }
        at += n;
        at += skip_explanation(at);
        at += strspn(at, between);
    }
    if (any) {
        *dialect = d;
        return ERR_OK;
    }
    if (why)
        (void)text_format(
            why, why_n,
            "\"%.24s\" is no dialect; use std unit-first be plus33 "
            "flow3 power-fraction cooling-first, joined by +",
            at);
    return ERR_RANGE;
}

void cjt188_dialect_text(const struct cjt188_dialect *d, char out[CJT188_DIALECT_BYTES])
{
    bool std = !d->unit_first && !d->high_first;

    (void)text_format(out, CJT188_DIALECT_BYTES, "%s%s%s%s%s%s", std ? "std" : "",
                      d->unit_first ? "unit-first" : "",
                      d->high_first ? (d->unit_first ? "+be" : "be") : "",
                      d->plus_33 ? "+plus33" : "",
                      d->power_fraction ? "+power-fraction" : "",
                      d->cooling_first ? "+cooling-first" : "");
    if (d->flow_decimals == 0) return;
    size_t n = strlen(out);
    (void)text_format(out + n, CJT188_DIALECT_BYTES - n, "+flow%u", d->flow_decimals);
}

/* --- the guess ------------------------------------------------------------------- */

enum { CERTAIN_BY = 3, HOPELESS = -1000 };

static bool is_empty(struct bytes in)
{
    return bcd_is_all(in, 0x99) || bcd_is_all(in, 0xFF);
}

static int score_slot(struct bytes in, enum cjt188_form form,
                      const struct cjt188_dialect *d)
{
    uint8_t code;
    const char *unit;
    double factor;
    uint64_t value = 0;
    struct bytes digits = cjt188_slot(in, d->unit_first, &code);

    int score = cjt188_unit(form, code, &unit, &factor) ? 4 : -6;
    if (is_empty(digits)) return score + 1;
    if (!bcd_take(digits, d->high_first, &value)) return score - 4;
    return score + 2 + (value < 1000000); /* meters count from zero upwards */
}

static int score_temperature(struct bytes in, const struct cjt188_dialect *d)
{
    uint64_t value = 0;

    in = cjt188_temperature(in, d);
    if (is_empty(in)) return 0;
    if (!bcd_take(in, d->high_first, &value)) return -4;
    return value <= 20000 ? 4 : -6;
}

static int score_time(struct bytes in, const struct cjt188_dialect *d)
{
    struct cjt188_clock clock;

    if (is_empty(in) || bcd_is_all(in, 0)) return 0;
    if (!cjt188_clock_take(in, d->high_first, &clock)) return -4;
    return clock.year >= 2000 && clock.year < 2100 ? 6 : -6;
}

static int score_field(struct bytes in, enum cjt188_form form,
                       const struct cjt188_dialect *d)
{
    uint64_t value = 0;

    if (form == CJT188_POWER && d->power_fraction) /* decimals, no unit among them */
        return bcd_take(in, d->high_first, &value) ? 2 : -6;
    if (in.n == 5 && form <= CJT188_ANY_UNIT) return score_slot(in, form, d);
    if (form == CJT188_TEMPERATURE) return score_temperature(in, d);
    if (form == CJT188_TIME) return score_time(in, d);
    if (form != CJT188_HOURS || !bcd_take(in, d->high_first, &value)) return 0;
    return value < 300000 ? 1 : -1; /* 34 years */
}

/* Supply is as warm as the return, or nearly so when nothing flows. */
static int score_order(struct bytes supply, struct bytes back, bool high_first)
{
    uint64_t warm = 0, cold = 0;

    if (supply.n != 3 || back.n != 3) return 0;
    if (!bcd_take(supply, high_first, &warm) || !bcd_take(back, high_first, &cold))
        return 0;
    return warm + 100 >= cold ? 1 : 0;
}

static int score(const struct cjt188_frame *frame, const struct cjt188_dialect *d)
{
    uint8_t room[CJT188_DATA_MAX];
    struct bytes rest = cjt188_data(frame, d->plus_33, room), taken = {0}, last = {0};
    bool high_first = false, known = false;

    if (rest.n < 3 || (frame->control & CJT188_ERROR)) return 0; /* nothing to tell by */
    uint16_t di = cjt188_di_of(rest.at, &high_first, &known);
    rest = (struct bytes){rest.at + 3, rest.n - 3};
    if (!known) return HOPELESS;
    size_t all_n = rest.n;
    const struct cjt188_field *f =
        cjt188_layout_find(frame->type, frame->control, di, all_n)->fields;
    int all = 0;
    for (size_t i = 0; i < CJT188_FIELDS_MAX && f[i].name; i++) {
        if (!bytes_take(&rest, cjt188_field_n(f[i].form, rest.n, all_n), &taken)) break;
        all += score_field(taken, f[i].form, d);
        if (f[i].form == CJT188_TEMPERATURE) {
            all += score_order(last, taken, d->high_first);
            last = taken;
        }
    }
    return all;
}

bool cjt188_propose(const struct cjt188_frame *frame, struct cjt188_dialect *dialect)
{
    ensure(frame && dialect);

    int best = HOPELESS - 1, second = HOPELESS - 1, plain[8];
    struct cjt188_dialect likeliest = {0};

    for (unsigned bits = 0; bits < 16; bits++) { /* the standard first: it wins a draw */
        struct cjt188_dialect d = {.unit_first = bits & 1,
                                   .high_first = bits & 2,
                                   .plus_33 = bits & 4,
                                   .power_fraction = bits & 8};
        int s = score(frame, &d);
        if (bits < 8) plain[bits] = s;
        if (bits >= 8 && s == plain[bits & 7])
            continue; /* no power: nothing to tell by */
        if (s > best) {
            second = best;
            best = s;
            likeliest = d;
        } else if (s > second) {
            second = s;
        }
    }
    *dialect = likeliest;
    return best > HOPELESS && best >= second + CERTAIN_BY;
}
