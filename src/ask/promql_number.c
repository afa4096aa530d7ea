/* promql_number.c - see promql_number.h. */
#include "ask/promql_number.h"

#include "ask/promql_lex.h"
#include "base/decimal.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

void promql_number(double value, char out[PROMQL_NUMBER_BYTES])
{
    if (isnan(value)) {
        text_copy(out, PROMQL_NUMBER_BYTES, "NaN");
        return;
    }
    if (isinf(value)) {
        text_copy(out, PROMQL_NUMBER_BYTES, value > 0 ? "+Inf" : "-Inf");
        return;
    }
    struct decimal decimal;
    double size = fabs(value);
    decimal_of(value, &decimal);
    if (signbit(value)) *out++ = '-';
    if (size == 0 || (size >= 1e-6 && size < 1e21))
        decimal_plain(&decimal, out);
    else
        decimal_scientific(&decimal, out);
}

void promql_time(int64_t time_ms, char out[PROMQL_NUMBER_BYTES])
{
    int64_t size = time_ms < 0 ? -time_ms : time_ms;
    const char *minus = time_ms < 0 ? "-" : "";
    if (size % 1000)
        text_format(out, PROMQL_NUMBER_BYTES, "%s%lld.%03lld", minus,
                    (long long)(size / 1000), (long long)(size % 1000));
    else
        text_format(out, PROMQL_NUMBER_BYTES, "%s%lld", minus, (long long)(size / 1000));
}

err promql_read_time(const char *text, int64_t *time_ms)
{
    double seconds;
    if (!text_to_double(text, &seconds)) {
        if (!(fabs(seconds) < 9e12)) return ERR_RANGE;
        *time_ms = (int64_t)llround(seconds * 1000);
        return ERR_OK;
    }
    int64_t ms = 0; /* a bare number of milliseconds is caught above */
    if (text_to_time(text, &ms) || !strchr(text, 'T')) return ERR_TYPE;
    *time_ms = ms;
    return ERR_OK;
}

err promql_read_duration(const char *text, int64_t *ms)
{
    double seconds;
    if (!text_to_double(text, &seconds)) {
        if (!(fabs(seconds) < 9e12)) return ERR_RANGE;
        *ms = (int64_t)llround(seconds * 1000);
        return ERR_OK;
    }
    return promql_duration(text, strlen(text), ms);
}
