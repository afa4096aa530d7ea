/* correlation.c - a small table of rules; see the header. */
#include "model/correlation.h"

#include "base/ensure.h"
#include "base/text.h"
#include "model/quality.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 6, WORD_BYTES = 48 };

static const double rolled_high = 0.9, rolled_low = 0.1; /* parts of ROLL_OVER */
static const double percent_usual = 10, floor_usual_kw = 10;

static const struct {
    const char *word;
    size_t keys_n, numbers_least, numbers_most;
    const char *form;
} kinds[CORRELATION_KIND_N] = {
    [CORRELATION_ABOVE] = {"above", 1, 0, 1, "above KEY [TOLERANCE]"},
    [CORRELATION_BELOW] = {"below", 1, 0, 1, "below KEY [TOLERANCE]"},
    [CORRELATION_NEAR] = {"near", 1, 1, 1, "near KEY TOLERANCE"},
    [CORRELATION_NEEDS] = {"needs", 1, 0, 1, "needs KEY [LEAST]"},
    [CORRELATION_HEAT] = {"heat", 3, 0, 2, "heat FLOW SUPPLY RETURN [PERCENT [FLOOR]]"},
    [CORRELATION_RISES] = {"rises", 0, 0, 1, "rises [ROLL_OVER]"},
};

/* --- text ------------------------------------------------------------------------- */

struct parse {
    correlation_find find;
    const void *context;
    char *why;
};

static err wrong(const struct parse *parse, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static err wrong(const struct parse *parse, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    (void)text_format_list(parse->why, CORRELATION_WHY_BYTES, format, list);
    va_end(list);
    return ERR_RANGE;
}

/* Words between blanks; more than WORDS_MAX or too long a word: WORDS_MAX + 1. */
static size_t split(const char *text, size_t n, char words[WORDS_MAX][WORD_BYTES])
{
    size_t words_n = 0;
    for (size_t at = 0; at < n;) {
        if (text[at] == ' ') {
            at++;
            continue;
        }
        size_t end = at;
        while (end < n && text[end] != ' ') end++;
        if (words_n == WORDS_MAX ||
            !text_copy_n(words[words_n], WORD_BYTES, text + at, end - at))
            return WORDS_MAX + 1;
        words_n++;
        at = end;
    }
    return words_n;
}

static bool take_number(const char *word, double *out)
{
    char *end = NULL;
    *out = strtod(word, &end);
    return end != word && *end == '\0' && isfinite(*out) && *out >= 0;
}

static err parse_rule(const struct parse *parse, const char *text, size_t n,
                      struct correlation *rule)
{
    char words[WORDS_MAX][WORD_BYTES];
    size_t words_n = split(text, n, words), kind = 0;

    while (words_n && kind < COUNT(kinds) && !text_equal(words[0], kinds[kind].word))
        kind++;
    if (!words_n || kind == COUNT(kinds))
        return wrong(parse,
                     "\"%s\" is no rule; there are above, below, near, needs, heat, "
                     "rises",
                     words_n ? words[0] : "");
    size_t keys_n = kinds[kind].keys_n;
    if (words_n < 1 + keys_n + kinds[kind].numbers_least ||
        words_n > 1 + keys_n + kinds[kind].numbers_most)
        return wrong(parse, "write %s", kinds[kind].form);
    *rule = (struct correlation){.kind = (enum correlation_kind)kind, .rate_high = NAN};
    for (size_t i = 0; i < keys_n; i++)
        if (!parse->find(parse->context, words[1 + i], &rule->keys[i]))
            return wrong(parse, "%s: the template has no point \"%s\"", kinds[kind].word,
                         words[1 + i]);
    if (kind == CORRELATION_HEAT) {
        rule->tolerance = percent_usual;
        rule->floor = floor_usual_kw;
    }
    double *numbers[] = {&rule->tolerance, &rule->floor};
    for (size_t i = 1 + keys_n; i < words_n; i++)
        if (!take_number(words[i], numbers[i - 1 - keys_n]))
            return wrong(parse, "%s: \"%s\" is no number from 0 on", kinds[kind].word,
                         words[i]);
    return ERR_OK;
}

err correlation_parse(const char *text, correlation_find find, const void *context,
                      struct correlation_rules *rules, char why[CORRELATION_WHY_BYTES])
{
    ensure(text && find && rules && why);

    struct parse parse = {find, context, why};
    rules->n = 0;
    why[0] = '\0';
    for (const char *at = text; *at;) {
        const char *end = strchr(at, ';');
        size_t n = end ? (size_t)(end - at) : strlen(at);
        if (rules->n == CORRELATION_RULES_MAX)
            return wrong(&parse, "a point has at most %d rules", CORRELATION_RULES_MAX);
        err e = parse_rule(&parse, at, n, &rules->at[rules->n]);
        if (e) return e;
        rules->n++;
        at = end ? end + 1 : at + n;
    }
    return ERR_OK;
}

/* --- water ------------------------------------------------------------------------ */

static double density_kg_m3(double celsius)
{
    double far = celsius - 3.9863;
    return 1000 *
           (1 - (celsius + 288.9414) / (508929.2 * (celsius + 68.12963)) * far * far);
}

static double capacity_kj_kgk(double celsius)
{
    double far = celsius - 35;
    return 4.1785 + 1.0e-5 * far * far;
}

double correlation_heat_kw(double flow, double supply, double return_temperature)
{
    double kg_s = flow * density_kg_m3(return_temperature) / 3600;
    double mean = (supply + return_temperature) / 2;
    return kg_s * capacity_kj_kgk(mean) * (supply - return_temperature);
}

/* --- registers -------------------------------------------------------------------- */

static bool is_too_fast(double from, int64_t from_ms, double to, int64_t to_ms,
                        double rate_high)
{
    if (!(rate_high > 0)) return false;
    return to - from > rate_high * (double)(to_ms - from_ms) / 1000;
}

static bool rolled_over(double roll_over, double from, double to)
{
    return roll_over > 0 && from > rolled_high * roll_over && to < rolled_low * roll_over;
}

/* Readings that contradict the register may be a new meter: they have to agree with each
 * other for a while, and to move. */
static bool is_new_meter(struct correlation_register *reg, double value, int64_t utc_ms,
                         double rate_high)
{
    bool agrees =
        reg->agree_n > 0 && value >= reg->candidate &&
        !is_too_fast(reg->candidate, reg->candidate_ms, value, utc_ms, rate_high);
    if (!agrees) {
        reg->candidate_first = value;
        reg->agree_n = 0;
    }
    reg->candidate = value;
    reg->candidate_ms = utc_ms;
    if (reg->agree_n < CORRELATION_AGREE) reg->agree_n++;
    return reg->agree_n == CORRELATION_AGREE && value > reg->candidate_first;
}

static bool register_broken(const struct correlation *rule, double value,
                            const struct correlation_row *row,
                            struct correlation_register *reg)
{
    bool good = !reg->known || rolled_over(rule->tolerance, reg->last, value) ||
                (value >= reg->last && !is_too_fast(reg->last, reg->last_ms, value,
                                                    row->utc_ms, rule->rate_high));
    if (!good && !is_new_meter(reg, value, row->utc_ms, rule->rate_high)) return true;
    *reg = (struct correlation_register){
        .known = true, .last = value, .last_ms = row->utc_ms};
    return false;
}

/* --- judging ---------------------------------------------------------------------- */

static bool is_usable(const struct correlation_row *row, uint32_t place)
{
    return quality_is_usable(row->qualities[place]) && isfinite(row->values[place]);
}

static bool decide(struct correlation_verdict *verdict, double measured, const char *sign,
                   double limit)
{
    bool high = sign[0] == '<';
    verdict->measured = measured;
    verdict->sign = sign;
    verdict->limit = limit;
    return high ? measured > limit : measured < limit;
}

static bool heat_broken(const struct correlation *rule, double power,
                        const struct correlation_row *row,
                        struct correlation_verdict *verdict)
{
    const double *v = row->values;
    double heat =
        correlation_heat_kw(v[rule->keys[0]], v[rule->keys[1]], v[rule->keys[2]]);
    double slack =
        fmax(fmax(fabs(power), fabs(heat)) * rule->tolerance / 100, rule->floor);
    if (decide(verdict, power, "<=", heat + slack)) return true;
    return decide(verdict, power, ">=", heat - slack);
}

bool correlation_broken(const struct correlation *rule, uint32_t place,
                        const struct correlation_row *row,
                        struct correlation_register *reg,
                        struct correlation_verdict *verdict)
{
    ensure(rule && row && verdict);

    if (!is_usable(row, place)) return false;
    for (size_t i = 0; i < kinds[rule->kind].keys_n; i++)
        if (!is_usable(row, rule->keys[i])) return false;
    double own = row->values[place], other = row->values[rule->keys[0]];
    verdict->kind = rule->kind;
    switch (rule->kind) {
    case CORRELATION_ABOVE: return decide(verdict, own, ">=", other - rule->tolerance);
    case CORRELATION_BELOW: return decide(verdict, own, "<=", other + rule->tolerance);
    case CORRELATION_NEAR:
        return decide(verdict, own, ">=", other - rule->tolerance) ||
               decide(verdict, own, "<=", other + rule->tolerance);
    case CORRELATION_NEEDS:
        return fabs(other) == 0 && decide(verdict, own, "<=", rule->tolerance);
    case CORRELATION_HEAT: return heat_broken(rule, own, row, verdict);
    case CORRELATION_RISES: {
        if (!reg) return false;
        double before = reg->last;
        bool broken = register_broken(rule, own, row, reg);
        if (broken) (void)decide(verdict, own, ">=", before);
        return broken;
    }
    default: return false;
    }
}

uint8_t correlation_quality(enum correlation_kind kind)
{
    return kind == CORRELATION_RISES ? QUALITY_COUNTER : QUALITY_CORRELATION;
}

const char *correlation_word(enum correlation_kind kind)
{
    return kinds[kind].word;
}
