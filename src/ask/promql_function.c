/* promql_function.c - the table of promql_function.h. */
#include "ask/promql_function.h"

#include "ask/promql_range.h"
#include "base/ensure.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#define PI 3.14159265358979323846

/* --- calendar: UTC, as Prometheus --------------------------------------------------- */

struct civil {
    int64_t year;
    unsigned month, day, day_of_year;
    int64_t days; /* since 1970 */
};

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned days_in(int64_t year, unsigned month)
{
    static const unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year));
}

/* Howard Hinnant, "chrono-compatible low-level date algorithms", civil_from_days. */
static struct civil civil_of(double seconds)
{
    if (!(fabs(seconds) < 1e14)) seconds = 0;
    int64_t whole = (int64_t)floor(seconds);
    int64_t days = (whole >= 0 ? whole : whole - 86399) / 86400;
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    struct civil civil = {.days = days};
    civil.day = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
    civil.month = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
    civil.year = yoe + era * 400 + (civil.month <= 2);
    civil.day_of_year = civil.day;
    for (unsigned m = 1; m < civil.month; m++)
        civil.day_of_year += days_in(civil.year, m);
    return civil;
}

static double second_of_day(double seconds)
{
    double rest = fmod(floor(seconds), 86400);
    return rest < 0 ? rest + 86400 : rest;
}

static double minute_of(double seconds)
{
    return floor(fmod(second_of_day(seconds), 3600) / 60);
}

static double hour_of(double seconds)
{
    return floor(second_of_day(seconds) / 3600);
}

static double day_of_week(double seconds)
{
    int64_t day = (civil_of(seconds).days + 4) % 7; /* 1970-01-01: Thursday */
    return (double)(day < 0 ? day + 7 : day);
}

static double day_of_month(double seconds)
{
    return civil_of(seconds).day;
}

static double day_of_year(double seconds)
{
    return civil_of(seconds).day_of_year;
}

static double days_in_month(double seconds)
{
    struct civil civil = civil_of(seconds);
    return days_in(civil.year, civil.month);
}

static double month_of(double seconds)
{
    return civil_of(seconds).month;
}

static double year_of(double seconds)
{
    return (double)civil_of(seconds).year;
}

/* --- numbers ------------------------------------------------------------------------ */

static double degrees(double value)
{
    return value * 180 / PI;
}

static double radians(double value)
{
    return value * PI / 180;
}

static double sign_of(double value)
{
    if (isnan(value)) return value;
    return (value > 0) - (value < 0);
}

static double clamp_both(double value, const double number[2])
{
    if (number[0] > number[1]) return promql_absent();
    if (isnan(number[0]) || isnan(number[1])) return (double)NAN;
    return fmax(number[0], fmin(number[1], isnan(value) ? (double)NAN : value));
}

static double clamp_max(double value, const double number[2])
{
    return isnan(value) || isnan(number[0]) ? (double)NAN : fmin(number[0], value);
}

static double clamp_min(double value, const double number[2])
{
    return isnan(value) || isnan(number[0]) ? (double)NAN : fmax(number[0], value);
}

/* To the nearest multiple of `to` (1); halves go up. */
static double round_to(double value, const double number[2])
{
    double inverse = 1 / number[0];
    return floor(value * inverse + 0.5) / inverse;
}

/* --- the table ---------------------------------------------------------------------- */

#define S PROMQL_SCALAR
#define V PROMQL_VECTOR
#define M PROMQL_MATRIX
#define T PROMQL_STRING
#define ANY_N 64
#define OVER(name_, f)                                                                   \
    {.name = name_, .kind = FUNCTION_RANGE, .result = V, .arguments_least = 1,           \
     .arguments_most = 1, .arguments = {M}, .range = f}
#define MATH(name_, f)                                                                   \
    {.name = name_, .kind = FUNCTION_MATH, .result = V, .arguments_least = 1,            \
     .arguments_most = 1, .arguments = {V}, .math = f}
#define CALENDAR(name_, f)                                                               \
    {.name = name_, .kind = FUNCTION_CALENDAR, .result = V, .arguments_least = 0,        \
     .arguments_most = 1, .arguments = {V}, .calendar = f}
#define CLAMP(name_, least, most, f)                                                     \
    {.name = name_, .kind = FUNCTION_CLAMP, .result = V, .arguments_least = least,       \
     .arguments_most = most, .arguments = {V, S, S}, .clamp = f}
#define SPECIAL(name_, result_, least, most, what, ...)                                  \
    {.name = name_, .kind = FUNCTION_SPECIAL, .result = result_,                         \
     .arguments_least = least, .arguments_most = most, .arguments = {__VA_ARGS__},       \
     .special = what}

/* clang-format off */
static const struct promql_function functions[] = {
    OVER("rate", range_rate),
    OVER("increase", range_increase),
    OVER("delta", range_delta),
    OVER("irate", range_irate),
    OVER("idelta", range_idelta),
    OVER("avg_over_time", range_avg),
    OVER("sum_over_time", range_sum),
    OVER("min_over_time", range_min),
    OVER("max_over_time", range_max),
    OVER("count_over_time", range_count),
    OVER("present_over_time", range_present),
    OVER("stddev_over_time", range_stddev),
    OVER("stdvar_over_time", range_stdvar),
    OVER("changes", range_changes),
    OVER("resets", range_resets),
    OVER("deriv", range_deriv),
    {.name = "last_over_time", .kind = FUNCTION_RANGE, .result = V, .arguments_least = 1,
     .arguments_most = 1, .arguments = {M}, .range = range_last, .keeps_name = true},
    {.name = "quantile_over_time", .kind = FUNCTION_RANGE, .result = V,
     .arguments_least = 2, .arguments_most = 2, .arguments = {S, M},
     .range = range_quantile},
    {.name = "predict_linear", .kind = FUNCTION_RANGE, .result = V, .arguments_least = 2,
     .arguments_most = 2, .arguments = {M, S}, .range = range_predict},
    {.name = "holt_winters", .kind = FUNCTION_RANGE, .result = V, .arguments_least = 3,
     .arguments_most = 3, .arguments = {M, S, S}, .range = range_holt_winters},
    MATH("abs", fabs), MATH("ceil", ceil), MATH("floor", floor), MATH("sqrt", sqrt),
    MATH("exp", exp), MATH("ln", log), MATH("log2", log2), MATH("log10", log10),
    MATH("sgn", sign_of), MATH("deg", degrees), MATH("rad", radians),
    MATH("sin", sin), MATH("cos", cos), MATH("tan", tan),
    MATH("asin", asin), MATH("acos", acos), MATH("atan", atan),
    MATH("sinh", sinh), MATH("cosh", cosh), MATH("tanh", tanh),
    MATH("asinh", asinh), MATH("acosh", acosh), MATH("atanh", atanh),
    CLAMP("clamp", 3, 3, clamp_both),
    CLAMP("clamp_max", 2, 2, clamp_max),
    CLAMP("clamp_min", 2, 2, clamp_min),
    CLAMP("round", 1, 2, round_to),
    CALENDAR("minute", minute_of),
    CALENDAR("hour", hour_of),
    CALENDAR("day_of_week", day_of_week),
    CALENDAR("day_of_month", day_of_month),
    CALENDAR("day_of_year", day_of_year),
    CALENDAR("days_in_month", days_in_month),
    CALENDAR("month", month_of),
    CALENDAR("year", year_of),
    SPECIAL("absent", V, 1, 1, SPECIAL_ABSENT, V),
    SPECIAL("absent_over_time", V, 1, 1, SPECIAL_ABSENT_OVER_TIME, M),
    SPECIAL("scalar", S, 1, 1, SPECIAL_SCALAR, V),
    SPECIAL("vector", V, 1, 1, SPECIAL_VECTOR, S),
    SPECIAL("time", S, 0, 0, SPECIAL_TIME, V),
    SPECIAL("pi", S, 0, 0, SPECIAL_PI, V),
    SPECIAL("timestamp", V, 1, 1, SPECIAL_TIMESTAMP, V),
    SPECIAL("label_replace", V, 5, 5, SPECIAL_LABEL_REPLACE, V, T, T, T),
    SPECIAL("label_join", V, 3, ANY_N, SPECIAL_LABEL_JOIN, V, T, T, T),
    SPECIAL("sort", V, 1, 1, SPECIAL_SORT, V),
    SPECIAL("sort_desc", V, 1, 1, SPECIAL_SORT_DESC, V),
};
/* clang-format on */

#undef S
#undef V
#undef M
#undef T
#undef ANY_N
#undef OVER
#undef MATH
#undef CALENDAR
#undef CLAMP
#undef SPECIAL

const struct promql_function *promql_function_find(const char *name, size_t n)
{
    for (size_t i = 0; i < COUNT(functions); i++)
        if (strlen(functions[i].name) == n && memcmp(functions[i].name, name, n) == 0)
            return &functions[i];
    return NULL;
}
