/* modbus_test.c - decoding, planning and splitting of Modbus reads. */
#include "base/ensure.h"
#include "check.h"
#include "collect/modbus_decode.h"
#include "collect/modbus_plan.h"
#include "model/quality.h"

#include <math.h>
#include <string.h>

static const struct {
    const char *address;
    uint16_t registers[4];
    uint8_t quality;
    double value;
} decode_rows[] = {
    {"holding 0 f32", {0x42BE, 0x8000}, QUALITY_GOOD, 95.25},
    {"holding 0 float abcd", {0x42BE, 0x8000}, QUALITY_GOOD, 95.25},
    {"holding 0 f32 cdab", {0x8000, 0x42BE}, QUALITY_GOOD, 95.25},
    {"holding 0 f32 badc", {0xBE42, 0x0080}, QUALITY_GOOD, 95.25},
    {"holding 0 f32 dcba", {0x0080, 0xBE42}, QUALITY_GOOD, 95.25},
    {"input 0 f64", {0x4057, 0xD000, 0, 0}, QUALITY_GOOD, 95.25},
    {"input 0 f64 cdab", {0, 0, 0xD000, 0x4057}, QUALITY_GOOD, 95.25},
    {"input 0 f64 badc", {0x5740, 0x00D0, 0, 0}, QUALITY_GOOD, 95.25},
    {"input 0 f64 dcba", {0, 0, 0x00D0, 0x5740}, QUALITY_GOOD, 95.25},
    {"input 0 double", {0x7FF0, 0, 0, 0}, QUALITY_NOT_A_NUMBER, 0},
    {"holding 0 f32", {0x4235, 0x3333}, QUALITY_GOOD, 45.3},
    {"holding 0 f32", {0x7FC0, 0x0000}, QUALITY_NOT_A_NUMBER, 0},
    {"holding 0 f32", {0xFF80, 0x0000}, QUALITY_NOT_A_NUMBER, 0},
    {"holding 0 f32", {0x8000, 0x0000}, QUALITY_GOOD, 0},
    {"holding 0 u16", {0xFFFE}, QUALITY_GOOD, 65534},
    {"holding 0 i16", {0xFFFE}, QUALITY_GOOD, -2},
    {"holding 0 u16 badc", {0x3412}, QUALITY_GOOD, 0x1234},
    {"holding 0 u32", {0x1234, 0x5678}, QUALITY_GOOD, 0x12345678},
    {"holding 0 u32 cdab", {0x5678, 0x1234}, QUALITY_GOOD, 0x12345678},
    {"holding 0 u32 badc", {0x3412, 0x7856}, QUALITY_GOOD, 0x12345678},
    {"holding 0 u32 dcba", {0x7856, 0x3412}, QUALITY_GOOD, 0x12345678},
    {"holding 0 i32", {0xFFFF, 0xFFFE}, QUALITY_GOOD, -2},
    {"holding 0 u64", {0, 1, 0, 2}, QUALITY_GOOD, 4294967298.0},
    {"holding 0 u64 cdab", {2, 0, 1, 0}, QUALITY_GOOD, 4294967298.0},
    {"holding 0 i64 dcba", {0xFEFF, 0xFFFF, 0xFFFF, 0xFFFF}, QUALITY_GOOD, -2},
    {"holding 0 bcd16", {0x1234}, QUALITY_GOOD, 1234},
    {"holding 0 bcd16", {0x12A4}, QUALITY_UNDECODED, 0},
    {"holding 0 bcd32", {0x1234, 0x5678}, QUALITY_GOOD, 12345678},
    {"holding 0 bcd32 cdab", {0x5678, 0x1234}, QUALITY_GOOD, 12345678},
    {"holding 0 bcd32", {0xF234, 0x5678}, QUALITY_UNDECODED, 0},
    {"holding 0 u16 bit 0", {0x0001}, QUALITY_GOOD, 1},
    {"holding 0 u16 bit 15", {0x7FFF}, QUALITY_GOOD, 0},
    {"holding 0 u16 bit 15", {0x8000}, QUALITY_GOOD, 1},
    {"holding 0 u32 cdab bit 31", {0x0000, 0x8000}, QUALITY_GOOD, 1},
    {"coil 0", {1}, QUALITY_GOOD, 1},
    {"discrete 0 bit", {0}, QUALITY_GOOD, 0},
};

static void decodes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(decode_rows); i++) {
        struct modbus_point_address address;
        double value = -1;
        const char *row = decode_rows[i].address;
        CHECK_EQ(row, modbus_point_parse(row, &address, NULL, 0), ERR_OK);
        CHECK_EQ(row, modbus_decode(&address, decode_rows[i].registers, &value),
                 decode_rows[i].quality);
        CHECK(row, fabs(value - decode_rows[i].value) <= 0);
    }
}

/* Every float comes back from its widened double, and short decimals are exact. */
static void widens_without_loss(void **state)
{
    (void)state;
    uint32_t bits = 1;
    for (int i = 0; i < 200000; i++) {
        float f;
        bits = bits * 1664525U + 1013904223U;
        memcpy(&f, &bits, sizeof f);
        if (!isfinite(f)) continue;
        float back = (float)modbus_widen(f);
        assert_memory_equal(&back, &f, sizeof f);
    }
    for (int tenths = -20000; tenths < 20000; tenths++) {
        double want = tenths / 10.0;
        assert_true(fabs(modbus_widen((float)want) - want) <= 0);
    }
    assert_true(fabs(modbus_widen(1e-30f) - 1e-30) <= 0);
    assert_true(fabs(modbus_widen(3.4e38f) - 3.4e38) <= 0);
}

/* --- planning -------------------------------------------------------------------- */

enum { POINTS_MAX = 300 };

struct made {
    struct modbus_plan plan;
    struct modbus_point points[POINTS_MAX];
    struct modbus_request requests[POINTS_MAX];
};

static void make(struct made *m, const char *const *addresses, size_t n)
{
    m->plan = (struct modbus_plan){
        .limits = {125, 32}, .points = m->points, .requests = m->requests};
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(modbus_point_parse(addresses[i], &m->points[i].address, NULL, 0),
                         ERR_OK);
        m->points[i].position = (uint32_t)i;
    }
    m->plan.points_n = n;
    modbus_plan_make(&m->plan);
}

static void expect(const struct modbus_request *r, unsigned first, unsigned count,
                   unsigned points_n)
{
    assert_int_equal(r->first, first);
    assert_int_equal(r->count, count);
    assert_int_equal(r->points_n, points_n);
}

static void merges(void **state)
{
    static struct made m;
    static const char *const addresses[] = {
        "input 5 u16", "holding 33 f32", "holding 0 f32",      "holding 200 u16",
        "coil 7",      "coil 0",         "holding 0 u16 bit 3"};
    (void)state;
    make(&m, addresses, COUNT(addresses));
    assert_int_equal(m.plan.requests_n, 4);
    assert_int_equal(m.requests[0].table, MODBUS_COIL);
    assert_int_equal(m.requests[3].table, MODBUS_INPUT);
    expect(&m.requests[0], 0, 8, 2);
    expect(&m.requests[1], 0, 35, 3); /* 31 registers bridged */
    expect(&m.requests[2], 200, 1, 1);
    expect(&m.requests[3], 5, 1, 1);
}

static void keeps_the_limits_of_the_device(void **state)
{
    static struct made m;
    static const char *const addresses[] = {
        "holding 0 f32", "holding 4 f32", "holding 8 f32", "holding 14 f32",
        "coil 0",        "coil 95",       "coil 96"};
    (void)state;
    make(&m, addresses, COUNT(addresses));
    m.plan.limits = (struct modbus_limits){.registers_max = 6, .gap = 2};
    modbus_plan_make(&m.plan);
    assert_int_equal(m.plan.requests_n, 5);
    expect(&m.requests[0], 0, 1, 1);
    expect(&m.requests[1], 95, 2, 2);
    expect(&m.requests[2], 0, 6, 2);
    expect(&m.requests[3], 8, 2, 1);
    expect(&m.requests[4], 14, 2, 1);
}

static void keeps_the_limits(void **state)
{
    static struct made m;
    (void)state;
    for (size_t i = 0; i < POINTS_MAX; i++) {
        m.points[i].address = (struct modbus_point_address){
            MODBUS_HOLDING, (uint16_t)(2 * i), MODBUS_F32, MODBUS_ABCD, -1};
        m.points[i].position = (uint32_t)i;
    }
    m.plan = (struct modbus_plan){.limits = {125, 32},
                                  .points = m.points,
                                  .requests = m.requests,
                                  .points_n = POINTS_MAX};
    modbus_plan_make(&m.plan);
    assert_int_equal(m.plan.requests_n, 5); /* 62 floats of 124 registers each */
    size_t points = 0;
    for (size_t i = 0; i < m.plan.requests_n; i++) {
        assert_in_range(m.requests[i].count, 1, 125);
        assert_int_equal(m.requests[i].point_first, points);
        points += m.requests[i].points_n;
    }
    assert_int_equal(points, POINTS_MAX);
}

static void splits_at_gaps_then_in_halves(void **state)
{
    static struct made m;
    static const char *const addresses[] = {"holding 0 u16", "holding 1 u16",
                                            "holding 10 u16", "holding 11 u16",
                                            "holding 12 u16"};
    (void)state;
    make(&m, addresses, COUNT(addresses));
    assert_int_equal(m.plan.requests_n, 1);
    assert_true(modbus_plan_split(&m.plan, 0));
    expect(&m.requests[0], 0, 2, 2);
    expect(&m.requests[1], 10, 3, 3);
    assert_true(modbus_plan_split(&m.plan, 1));
    expect(&m.requests[1], 10, 1, 1);
    expect(&m.requests[2], 11, 2, 2);
    assert_true(modbus_plan_split(&m.plan, 2));
    assert_int_equal(m.plan.requests_n, 4);
    assert_false(modbus_plan_split(&m.plan, 3));
    assert_int_equal(m.requests[3].wait_polls, MODBUS_REFUSED_POLLS);
    assert_int_equal(m.plan.requests_n, 4);
}

/* Any refused request can be split down to single points, never losing one. */
static void splits_to_the_end(void **state)
{
    static struct made m;
    uint32_t random = 7;
    (void)state;
    for (int round = 0; round < 200; round++) {
        size_t n = 1 + (size_t)(round % 60);
        for (size_t i = 0; i < n; i++) {
            random = random * 1664525U + 1013904223U;
            m.points[i].address = (struct modbus_point_address){
                (enum modbus_table)(random >> 30), (uint16_t)((random >> 10) % 300),
                random & 1U ? MODBUS_U32 : MODBUS_U16, MODBUS_ABCD, -1};
            if (m.points[i].address.table <= MODBUS_DISCRETE)
                m.points[i].address.type = MODBUS_BIT;
            m.points[i].position = (uint32_t)i;
        }
        m.plan = (struct modbus_plan){.limits = {125, 32},

                                      .points = m.points,
                                      .requests = m.requests,
                                      .points_n = n};
        modbus_plan_make(&m.plan);
        for (size_t i = 0; i < m.plan.requests_n;)
            if (!modbus_plan_split(&m.plan, i)) i++;
        assert_int_equal(m.plan.requests_n, n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes),
        cmocka_unit_test(widens_without_loss),
        cmocka_unit_test(merges),
        cmocka_unit_test(keeps_the_limits),
        cmocka_unit_test(keeps_the_limits_of_the_device),
        cmocka_unit_test(splits_at_gaps_then_in_halves),
        cmocka_unit_test(splits_to_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
