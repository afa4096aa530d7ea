/* ask_promql_fuzz.c - any text as a query, over a handful of series.
 *
 * Property: an error says why; what is read is answered within the limits, every row with
 * labels in order and no row twice. */
#include "ask/promql.h"
#include "ask/promql_number.h"
#include "ask/promql_print.h"
#include "base/ensure.h"
#include "base/memory.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXT_BYTES = 1024, SERIES = 4, CELLS_MAX = 20000, SAMPLES_MAX = 20000 };

enum { ARENA_BYTES = 16 << 20, WORK_MAX = 4000 };

static const struct label labels[SERIES][3] = {
    {{"__name__", "a"}, {"l", "x"}, {"m", "1"}},
    {{"__name__", "a"}, {"l", "y"}, {"m", "1"}},
    {{"__name__", "b"}, {"l", "x"}, {"m", "2"}},
    {{"__name__", "c"}, {"l", "y"}, {"n", "3"}},
};

static err list(void *context, const struct promql_matchers *matchers,
                struct arena *arena, struct promql_series **series, size_t *n)
{
    (void)context;
    *n = 0;
    *series = arena_new(arena, SERIES, sizeof **series);
    if (!*series) return ERR_MEMORY;
    for (size_t i = 0; i < SERIES; i++) {
        struct labels set = {3, labels[i]};
        if (!promql_matches(matchers, set)) continue;
        (*series)[(*n)++] = (struct promql_series){
            .labels = set, .id = i, .lookback_ms = 300000, .cycle_ms = 60000};
    }
    return ERR_OK;
}

static err read_samples(void *context, const struct promql_series *series,
                        const int64_t from_to_ms[2], struct promql_samples *out)
{
    (void)context;
    err e = ERR_OK;
    for (int64_t t = 0; !e && t < 40; t++) {
        int64_t at_ms = 1000000 + t * 60000;
        if (at_ms < from_to_ms[0] || at_ms > from_to_ms[1]) continue;
        double value =
            t % 11 == 7 ? promql_absent() : (double)((t * (int64_t)series->id) % 9);
        e = promql_samples_add(out, at_ms, value);
    }
    return e;
}

static bool expired(void *context)
{
    unsigned *work = context;
    return ++*work > WORK_MAX;
}

static void check(const struct promql_result *result)
{
    for (size_t i = 0; i < result->rows_n; i++) {
        const struct promql_row *row = &result->rows[i];
        for (size_t k = 1; k < row->labels.n; k++)
            ensure(strcmp(row->labels.at[k - 1].name, row->labels.at[k].name) < 0);
        for (size_t k = 0; row->values && k < result->steps_n; k++) {
            char text[PROMQL_NUMBER_BYTES];
            promql_number(row->values[k], text);
            ensure(strlen(text) < PROMQL_NUMBER_BYTES);
        }
    }
}

static void evaluate(const struct promql_node *root, int64_t step_ms)
{
    struct arena arena;
    struct promql_result result;
    unsigned work = 0;
    const struct promql_source source = {&work, list, read_samples, expired};
    const struct promql_ask ask = {.start_ms = 2200000,
                                   .end_ms = step_ms ? 2800000 : 2200000,
                                   .step_ms = step_ms,
                                   .cells_max = CELLS_MAX,
                                   .samples_max = SAMPLES_MAX};
    arena_open(&arena, ARENA_BYTES);
    err e = promql_evaluate(root, &ask, &source, &arena, &result);
    ensure((e == ERR_OK) == (result.why[0] == '\0'));
    if (!e) check(&result);
    arena_close(&arena);
}

/* A query printed and read again prints the same. */
static void print_and_read(const struct promql_node *root)
{
    struct buffer first, second;
    struct arena arena;
    struct promql_node *again = NULL;
    char why[PROMQL_WHY_BYTES];
    buffer_open(&first, 1 << 20);
    buffer_open(&second, 1 << 20);
    arena_open(&arena, ARENA_BYTES);
    promql_print(root, &first);
    buffer_put_u8(&first, 0);
    err e = promql_parse((const char *)first.at, &arena, &again, why);
    ensure(e == ERR_OK || e == ERR_FULL || e == ERR_MEMORY);
    if (!e) {
        promql_print(again, &second);
        buffer_put_u8(&second, 0);
        ensure(bytes_equal(buffer_bytes(&first), buffer_bytes(&second)));
    }
    arena_close(&arena);
    buffer_close(&first);
    buffer_close(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[TEXT_BYTES], why[PROMQL_WHY_BYTES];
    if (size >= sizeof text) size = sizeof text - 1;
    memcpy(text, data, size);
    text[size] = '\0';
    struct arena arena;
    struct promql_node *root = NULL;
    arena_open(&arena, ARENA_BYTES);
    err e = promql_parse(text, &arena, &root, why);
    ensure(e == ERR_OK || e == ERR_MEMORY || why[0] != '\0');
    if (!e) print_and_read(root);
    if (!e) evaluate(root, 0);
    bool number = !e && (promql_type_of(root) == PROMQL_SCALAR ||
                         promql_type_of(root) == PROMQL_VECTOR);
    if (number) evaluate(root, 60000);
    arena_close(&arena);
    return 0;
}
