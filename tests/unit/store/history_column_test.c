/* history_column_test.c - whatever doubles go in, the same bits come out; and the usual
 * readings become small. */
#include "store/history_column.h"

#include "store_check.h"

#include <math.h>

enum { N_MAX = 3000 };

struct fixture {
    struct column_room room;
    struct buffer out;
    double values[N_MAX], back[N_MAX];
    struct random random;
};

static void fixture_open(struct fixture *f)
{
    *f = (struct fixture){.random = random_open(20261125)};
    buffer_open(&f->out, 1 << 20);
}

static void fixture_close(struct fixture *f)
{
    column_room_close(&f->room);
    buffer_close(&f->out);
}

/* Code and decode f->values[0..n); the code's length. */
static size_t there_and_back(struct fixture *f, const char *row, size_t n, int *decimals)
{
    buffer_clear(&f->out);
    CHECK_EQ(row, column_encode(f->values, n, &f->room, &f->out, decimals), ERR_OK);
    CHECK_EQ(row, f->out.broken, ERR_OK);
    memset(f->back, 0xaa, sizeof f->back);
    CHECK_EQ(row, column_decode(buffer_bytes(&f->out), n, f->back), ERR_OK);
    for (size_t i = 0; i < n; i++) {
        CHECK_EQ(row, double_bits(f->back[i]), double_bits(f->values[i]));
    }
    return f->out.n;
}

static double walk(struct random *random, double *at, double step, int decimals)
{
    *at += step * ((double)random_below(random, 201) - 100) / 100;
    double power = pow(10, decimals);
    return rint(*at * power) / power;
}

static const struct {
    const char *name;
    int decimals; /* as column_encode tells */
    double bytes_most;
} kinds[] = {
    {"constant", 1, 0.02},
    {"temperature", 1, 1.01},
    {"pressure", 3, 1.2},
    {"counter", 2, 1.3},
    {"multiplied", 2, 1.3},
    {"float decimals", 2, 1.3},
    {"integers of 53 bits", -2, 8.1},
    {"whole floats", -2, 4.1},
    {"random bits", -1, 8.1},
    {"minus zero now and then", -2, 2.2},
    {"nan payloads now and then", -2, 2.2},
};

static void fill(struct fixture *f, size_t kind, size_t n)
{
    double at = 65;
    struct random *random = &f->random;
    for (size_t i = 0; i < n; i++) {
        double smooth = walk(random, &at, 0.3, 2);
        switch (kind) {
        case 0: f->values[i] = 12.5; break;
        case 1: f->values[i] = rint(smooth * 10) / 10; break;
        case 2: f->values[i] = rint(smooth * 100) / 1000; break;
        case 3: f->values[i] = rint(1e6 + (double)i * 7) / 100; break;
        case 4: f->values[i] = rint(smooth * 100) * 0.01; break;
        case 5: f->values[i] = (double)(float)smooth; break;
        case 6: f->values[i] = 9007199254740000.0 + (double)i; break;
        case 7: f->values[i] = (double)(float)(sin((double)i) * 1e3); break;
        case 8: f->values[i] = double_of_bits(random_next(random)); break;
        case 9: f->values[i] = i % 97 == 5 ? -0.0 : smooth; break;
        default:
            f->values[i] = i % 89 == 3 ? double_of_bits(0x7ff4000000000000u + i) : smooth;
        }
    }
}

static void usual_kinds_are_small_and_exact(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    for (size_t k = 0; k < COUNT(kinds); k++) {
        int decimals = 99;
        fill(&f, k, N_MAX);
        size_t bytes = there_and_back(&f, kinds[k].name, N_MAX, &decimals);
        CHECK(kinds[k].name, (double)bytes / N_MAX <= kinds[k].bytes_most);
        if (kinds[k].decimals != -2) CHECK_EQ(kinds[k].name, decimals, kinds[k].decimals);
    }
    fixture_close(&f);
}

static const uint64_t hostile[] = {
    0x0000000000000000u,                      /* 0 */
    0x8000000000000000u,                      /* -0 */
    0x7ff0000000000000u, 0xfff0000000000000u, /* infinities */
    0x7ff8000000000000u, 0xfff8000000000000u, /* NaN */
    0x7ff8000000000001u, 0x7ff0000000000001u, /* NaN with payload, signalling NaN */
    0x0000000000000001u, 0x800fffffffffffffu, /* denormals */
    0x7fefffffffffffffu, 0xffefffffffffffffu, /* largest */
    0x4340000000000000u, 0x4340000000000001u, /* 2^53 and the next */
    0x433fffffffffffffu, 0xc340000000000000u,
    0x3fb999999999999au, 0x3fd3333333333334u, /* 0.1, 0.30000000000000004 */
    0x36a0000000000000u, 0x47efffffe0000000u, /* float denormal and largest float */
};

static void hostile_doubles_in_any_mix(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    for (int round = 0; round < 3000; round++) {
        size_t n = 1 + random_below(&f.random, round % 10 ? 40 : 600);
        unsigned rare = 1 + (unsigned)random_below(&f.random, 30);
        fill(&f, random_below(&f.random, COUNT(kinds)), n);
        for (size_t i = 0; i < n; i++) {
            if (random_below(&f.random, rare)) continue;
            f.values[i] =
                double_of_bits(hostile[random_below(&f.random, COUNT(hostile))]);
        }
        int decimals;
        (void)there_and_back(&f, "hostile", n, &decimals);
    }
    fixture_close(&f);
}

static void every_truncation_and_more_is_an_error(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    for (size_t k = 0; k < COUNT(kinds); k++) {
        int decimals;
        fill(&f, k, 50);
        size_t bytes = there_and_back(&f, kinds[k].name, 50, &decimals);
        for (size_t n = 0; n < bytes; n++) {
            struct bytes cut = {f.out.at, n};
            CHECK_EQ(kinds[k].name, column_decode(cut, 50, f.back), ERR_CORRUPT);
        }
        buffer_put_u8(&f.out, 0);
        CHECK_EQ(kinds[k].name, column_decode(buffer_bytes(&f.out), 50, f.back),
                 ERR_CORRUPT);
    }
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usual_kinds_are_small_and_exact),
        cmocka_unit_test(hostile_doubles_in_any_mix),
        cmocka_unit_test(every_truncation_and_more_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
