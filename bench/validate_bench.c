/* validate_bench.c - how well the terminal's rules find errors planted in real readings.
 *
 * validate_bench network < CSV   time, energy_kwh, outdoor, set point, primary supply and
 *                                return, secondary supply and return (°C), hourly
 * validate_bench meter < CSV     time, energy (kWh), volume (m³), two counters of m³ *
 * °C, hourly: power, flow and mean temperatures of each hour
 *
 * For each kind of error, one copy of the series gets it at places chosen by a fixed
 * seed. A planted reading that is marked counts as found, whichever of its points is
 * marked; a reading with nothing planted that is marked is a false one.  Precision and
 * recall. */
#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "collect/validate.h"
#include "model/correlation.h"
#include "model/quality.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    COLUMNS_MAX = 8,
    ROWS_MAX = 60000,
    PLACES = 40,
    HOUR_MS = 3600000,
    LINE_BYTES = 512,
    DAY_ROWS = 24
};

struct column {
    const char *key;
    struct validate_rule rule;
    const char *rules;
};

#define PER_HOUR(x) ((x) / 3600.0)

static const struct column network[] = {
    {"outdoor", {-35, 45, PER_HOUR(6), 86400}, ""},
    {"set", {0, 150, NAN, 0}, ""},
    {"primary_supply", {1, 150, PER_HOUR(60), 43200}, "above primary_return 2"},
    {"primary_return", {1, 130, PER_HOUR(40), 43200}, "above secondary_return 4"},
    {"secondary_supply", {1, 110, PER_HOUR(60), 43200}, "above secondary_return 2"},
    {"secondary_return", {1, 100, PER_HOUR(40), 43200}, ""},
};
static const struct column meter[] = {
    {"power", {0, 100, NAN, 0}, "heat flow supply return 15 0.1"},
    {"flow", {0, 5, NAN, 0}, ""},
    {"supply", {5, 130, NAN, 0}, "above return 2"},
    {"return", {5, 100, NAN, 0}, ""},
    {"energy", {0, 1e9, PER_HOUR(100), 0}, "rises"},
};

struct series {
    const struct column *columns;
    size_t columns_n, rows_n;
    double *values; /* row after row, NaN = none */
    bool *planted;  /* a row */
    bool *marked;   /* likewise: before anything was planted */
    int64_t row_ms;
    bool learn; /* what is marked now is the series' own defects */
};

static bool find(const void *context, const char *key, uint32_t *place)
{
    const struct series *s = context;
    for (*place = 0; *place < s->columns_n; (*place)++)
        if (text_equal(s->columns[*place].key, key)) return true;
    return false;
}

/* --- errors ------------------------------------------------------------------------- */

static uint64_t chance = 1;

static size_t pick(size_t n)
{
    chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)((chance >> 33) % n);
}

struct plant {
    const char *name;
    size_t hours, column, other;
    double (*wrong)(double value, double at); /* at: 0..1 through its hours */
};

static double spike(double v, double at) { (void)at; return v + 45; }
static double drift(double v, double at) { return v + 30 * at; }
static double fahrenheit(double v, double at) { (void)at; return v * 1.8 + 32; }
static double thousand(double v, double at) { (void)at; return v * 1000; }
static double zero(double v, double at) { (void)v; (void)at; return 0; }
static double double_power(double v, double at) { (void)at; return 1.5 * v; }
static double same(double v, double at) { (void)at; return v; }

static const struct plant network_plants[] = {
    {"spike_outdoor", 1, 0, 0, spike},       {"spike_supply", 1, 4, 4, spike},
    {"drift_return", 72, 5, 5, drift},       {"stuck_supply", 48, 4, 4, NULL},
    {"swapped_sensors", 24, 4, 5, same},     {"fahrenheit_supply", 24, 2, 2, fahrenheit},
    {"zero_supply", 6, 2, 2, zero},
};
static const struct plant meter_plants[] = {
    {"power_half_too_high", 24, 0, 0, double_power}, {"drift_return", 72, 3, 3, drift},
    {"swapped_sensors", 24, 2, 3, same},             {"register_zero", 6, 4, 4, zero},
    {"register_unit", 24, 4, 4, thousand},           {"power_unit", 24, 0, 0, thousand},
};

static void plant_at(struct series *s, const struct plant *p, size_t row)
{
    double stuck = s->values[row * s->columns_n + p->column];
    for (size_t i = 0; i < p->hours; i++) {
        double *v = &s->values[(row + i) * s->columns_n];
        double at = p->hours > 1 ? (double)i / (double)(p->hours - 1) : 0;
        if (isnan(v[p->column]) || isnan(v[p->other])) continue;
        if (p->other != p->column) {
            double keep = v[p->column];
            v[p->column] = v[p->other];
            v[p->other] = keep;
        }
        v[p->column] = p->wrong ? p->wrong(v[p->column], at) : stuck;
        s->planted[row + i] = true;
    }
}

/* --- judging ------------------------------------------------------------------------ */

struct score {
    size_t found, missed, false_n, own_n;
};

struct judge {
    struct validate_state state[COLUMNS_MAX];
    struct correlation_rules rules[COLUMNS_MAX];
    struct correlation_register reg[COLUMNS_MAX];
};

static bool judge_row(struct judge *j, const struct series *s, size_t row)
{
    uint8_t qualities[COLUMNS_MAX];
    const double *values = &s->values[row * s->columns_n];
    int64_t utc_ms = (int64_t)row * s->row_ms;
    bool marked = false;

    for (size_t c = 0; c < s->columns_n; c++) {
        qualities[c] = isnan(values[c]) ? QUALITY_NO_ANSWER : QUALITY_GOOD;
        qualities[c] = validate_sample(&s->columns[c].rule, &j->state[c], utc_ms,
                                       values[c], qualities[c]);
        marked |= qualities[c] != QUALITY_GOOD && quality_has_value(qualities[c]);
    }
    struct correlation_row at = {values, qualities, utc_ms};
    struct correlation_verdict verdict;
    for (uint32_t c = 0; c < s->columns_n; c++)
        for (size_t r = 0; r < j->rules[c].n; r++)
            marked |=
                correlation_broken(&j->rules[c].at[r], c, &at, &j->reg[c], &verdict);
    return marked;
}

static struct score judge_all(const struct series *s)
{
    static struct judge j; /* tidy: allow global: only for its size */
    struct score score = {0};
    char why[CORRELATION_WHY_BYTES];

    memset(&j, 0, sizeof j);
    for (size_t c = 0; c < s->columns_n; c++) {
        ensure(!correlation_parse(s->columns[c].rules, find, s, &j.rules[c], why));
        for (size_t r = 0; r < j.rules[c].n; r++)
            j.rules[c].at[r].rate_high = s->columns[c].rule.rate_high;
    }
    for (size_t row = 0; row < s->rows_n; row++) {
        bool marked = judge_row(&j, s, row);
        bool own = s->marked[row];
        score.own_n += own;
        if (s->learn) s->marked[row] = marked;
        if (own) continue;
        score.found += s->planted[row] && marked;
        score.missed += s->planted[row] && !marked;
        score.false_n += !s->planted[row] && marked;
    }
    return score;
}

static void try_one(const struct series *clean, const struct plant *p)
{
    struct series s = *clean;
    size_t n = s.rows_n * s.columns_n;
    s.values = memory_new(n, sizeof s.values[0]);
    s.planted = memory_new(s.rows_n, sizeof s.planted[0]);
    ensure(s.values && s.planted);
    memcpy(s.values, clean->values, n * sizeof s.values[0]);
    for (size_t i = 0; i < PLACES; i++) plant_at(&s, p, pick(s.rows_n - p->hours));
    struct score score = judge_all(&s);
    double found = (double)score.found;
    printf("figure recall_%s %.1f %%\n", p->name,
           100 * found / fmax(1, found + (double)score.missed));
    printf("figure precision_%s %.1f %%\n", p->name,
           100 * found / fmax(1, found + (double)score.false_n));
    memory_free(s.values);
    memory_free(s.planted);
}

/* --- reading ------------------------------------------------------------------------ */

static size_t cells(char *line, double *out, size_t most)
{
    size_t n = 0;
    for (char *at = strchr(line, ','); at && n < most; at = strchr(at + 1, ',')) {
        char *end = NULL;
        double value = strtod(at + 1, &end);
        out[n++] = end == at + 1 ? NAN : value;
    }
    return n;
}

static void network_row(const double *cell, const double *before, double *out)
{
    (void)before;
    memcpy(out, cell + 1, COUNT(network) * sizeof out[0]);
}

static void meter_row(const double *cell, const double *before, double *out)
{
    cell++, before++; /* the meter's number */
    double kwh = cell[0] - before[0], m3 = cell[1] - before[1];
    out[0] = kwh / DAY_ROWS;
    out[1] = m3 / DAY_ROWS;
    out[2] = m3 > 0.01 ? (cell[2] - before[2]) / m3 : NAN;
    out[3] = m3 > 0.01 ? (cell[3] - before[3]) / m3 : NAN;
    out[4] = cell[0];
}

int main(int argc, char **argv)
{
    bool is_meter = argc == 2 && text_equal(argv[1], "meter");
    struct series s = {.columns = is_meter ? meter : network,
                       .columns_n = is_meter ? COUNT(meter) : COUNT(network)};
    const struct plant *plants = is_meter ? meter_plants : network_plants;
    size_t plants_n = is_meter ? COUNT(meter_plants) : COUNT(network_plants);
    double before[COLUMNS_MAX] = {0}, cell[COLUMNS_MAX];
    char line[LINE_BYTES];

    if (argc != 2 || (!is_meter && !text_equal(argv[1], "network"))) {
        fputs("validate_bench network|meter < CSV\n", stderr);
        return 2;
    }
    s.values = memory_new((size_t)ROWS_MAX * s.columns_n, sizeof s.values[0]);
    s.planted = memory_new(ROWS_MAX, sizeof s.planted[0]);
    s.marked = memory_new(ROWS_MAX, sizeof s.marked[0]);
    ensure(s.values && s.planted && s.marked && fgets(line, sizeof line, stdin));
    s.row_ms = is_meter ? (int64_t)DAY_ROWS * HOUR_MS : HOUR_MS;
    for (size_t i = 0; s.rows_n < ROWS_MAX && fgets(line, sizeof line, stdin); i++) {
        if (is_meter && i % DAY_ROWS) continue;
        for (size_t c = 0; c < COUNT(cell); c++) cell[c] = NAN;
        (void)cells(line, cell, COUNT(cell));
        double *out = &s.values[s.rows_n * s.columns_n];
        if (i > 0) (is_meter ? meter_row : network_row)(cell, before, out);
        if (i > 0) s.rows_n++;
        memcpy(before, cell, sizeof before);
    }
    s.learn = true;
    struct score clean = judge_all(&s);
    s.learn = false;
    printf("figure rows_%s %zu rows\n", argv[1], s.rows_n);
    printf("figure own_defects_%s %.3f %%\n", argv[1],
           100 * (double)clean.false_n / (double)s.rows_n);
    for (size_t i = 0; i < plants_n; i++) try_one(&s, &plants[i]);
    memory_free(s.values);
    memory_free(s.planted);
    memory_free(s.marked);
    return 0;
}
