/* cjt188_test.c - the driver against meters that are fixed bytes: dialects found out,
 * both orders of the identifier, noise, valves. */
#include "base/ensure.h"
#include "collect/cjt188_internal.h"
#include "meter_peer.h"
#include "model/quality.h"

/* Answers of makers' sheets without sequence and sum: what the meter holds. */
static const char danfoss[] = "682012345678901234812E901F0B000000000500005030050000064817"
                              "0000272635000002472C0039650"
                              "019010000022009101010560400002E16";
static const char tiangang[] = "682775364959001111812E1F901257923601059384630305750400001"
                               "71093000035820771002C0451006"
                               "146009083023024090801132004085916";
static const char wanhua[] = "682052956110010000812EC35234383333333338333333334A333333336"
                             "8333333335C33333333A456339"
                             "B56335856334354463C43445373887316";

struct meter {
    const char *answer;
    bool plus_33, only_high_first, with_valve;
    uint8_t valve; /* of the status word */
};

static size_t request_n(const uint8_t *in, size_t n)
{
    if (n < 13 || in[0] != 0x68 || n < 13u + in[10]) return 0;
    size_t whole = 13u + in[10];
    if (in[whole - 1] != 0x16 || in[whole - 2] != peer_sum(in, whole - 2)) return 0;
    return whole;
}

static size_t finish(uint8_t *out, size_t n)
{
    out[n - 2] = peer_sum(out, n - 2);
    return n;
}

/* 11.. is where the data stand: identifier, sequence. */
static size_t answer(struct meter_peer *peer, const uint8_t *in, size_t n, uint8_t *out)
{
    struct meter *m = peer->context;
    uint8_t off = m->plus_33 ? 0x33 : 0;
    size_t out_n = 0;
    (void)n;
    assert_true(bytes_from_hex(m->answer, out, PEER_BYTES, &out_n));
    if (memcmp(in + 2, out + 2, 7) != 0) return 0;
    uint8_t first = (uint8_t)(in[11] - off), second = (uint8_t)(in[12] - off);
    if (m->only_high_first && first < 0x80) return 0;
    bool reads = in[9] == 1 && (first ^ second) == (0x90 ^ 0x1F);
    bool moves = in[9] == 4 && (first ^ second) == (0xA0 ^ 0x17) && m->with_valve;
    if (moves) m->valve = in[14] == 0x99 ? 1 : 0;
    if (moves) { /* status behind the sequence */
        out[9] = 0x84;
        out[10] = 5;
        out[14] = m->valve;
        out[15] = 0;
        out[17] = 0x16;
        out_n = 18;
    } else if (!reads) { /* an error answer */
        out[9] = (uint8_t)(in[9] | 0xC0);
        out[10] = 3;
        out[11] = in[13];
        out[12] = out[13] = 0;
        out[15] = 0x16;
        return finish(out, 16);
    } else if (m->with_valve) {
        out[out_n - 4] = m->valve;
    }
    out[11] = in[11];
    out[12] = in[12];
    out[13] = in[13];
    return finish(out, out_n);
}

/* --- one device ------------------------------------------------------------------ */

enum { POINTS_MAX = 12 };

struct desk {
    struct meter_peer peer;
    struct driver_channel *channel;
    struct driver_plan *plan;
    struct driver_reading reading;
    double values[POINTS_MAX];
    uint8_t qualities[POINTS_MAX];
};

static const char *const points[] = {"current_heat kWh",
                                     "power",
                                     "flow",
                                     "volume L",
                                     "supply_temperature",
                                     "return_temperature",
                                     "working_hours",
                                     "status bit 2",
                                     "meter_time"};

static void open_desk(struct desk *d, struct meter *meter, const char *rest)
{
    char address[128], name[DRIVER_CHANNEL_BYTES];
    d->peer.answer = answer;
    d->peer.request_n = request_n;
    d->peer.context = meter;
    if (!d->peer.seed) d->peer.seed = 88172645463325252u;
    peer_open(&d->peer);
    assert_true(text_format(address, sizeof address, "tcp:127.0.0.1:%u/%s", d->peer.port,
                            rest));
    assert_int_equal(cjt188_driver.check("device", address, name, sizeof name), ERR_OK);
    assert_int_equal(cjt188_driver.channel_name(address, name), ERR_OK);
    assert_int_equal(cjt188_driver.channel_open(name, 300, &d->channel), ERR_OK);
    assert_int_equal(
        cjt188_driver.plan_open(address, points, COUNT(points), &d->plan), ERR_OK);
    d->channel->bus.idle_ms = 0;
    d->reading = (struct driver_reading){
        .n = COUNT(points), .values = d->values, .qualities = d->qualities};
}

static void close_desk(struct desk *d)
{
    cjt188_driver.channel_close(d->channel);
    cjt188_driver.plan_close(d->plan);
    peer_close(&d->peer);
}

static err read_desk(struct desk *d)
{
    return cjt188_driver.read(d->channel, d->plan, &d->reading);
}

static const struct {
    const char *name, *answer, *rest;
    bool plus_33, only_high_first, echoes;
    double values[COUNT(points)];
} meters[] = {
    {"standard", tiangang, "11110059493675;dialect=std", false, false, false,
     {36384.93, 4.75, 0.931, 7107820, 51.04, 46.61, 28390, 1, 1357637070}},
    {"found out", tiangang, "11110059493675", false, false, true,
     {36384.93, 4.75, 0.931, 7107820, 51.04, 46.61, 28390, 1, 1357637070}},
    {"high first", danfoss, "12345678901234;dialect=be", false, true, false,
     {50.3, 6.48, 0.2726, 2470, 39.65, 19.01, 2, 0, 1255172164}},
    {"high first found out", danfoss, "12345678901234;order=high", false, true, false,
     {50.3, 6.48, 0.2726, 2470, 39.65, 19.01, 2, 0, 1255172164}},
    {"plus 33 found out", wanhua, "00000110619552", true, true, true,
     {0, 0, 0, 0, 23.71, 23.68, 2325, 0, 1318166470}},
};

static void finds_dialects(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(meters); i++) {
        struct desk d = {.peer = {.echoes = meters[i].echoes}};
        struct meter meter = {.answer = meters[i].answer,
                              .plus_33 = meters[i].plus_33,
                              .only_high_first = meters[i].only_high_first};
        open_desk(&d, &meter, meters[i].rest);
        for (int k = 0; k < 3; k++) (void)read_desk(&d);
        CHECK_EQ(meters[i].name, read_desk(&d), ERR_OK);
        CHECK_EQ(meters[i].name, d.reading.requests_n,
                 1); /* all points from one answer */
        for (size_t k = 0; k < COUNT(points); k++) {
            CHECK_EQ(points[k], d.qualities[k], QUALITY_GOOD);
            if (fabs(d.values[k] - meters[i].values[k]) > 1e-9)
                fail_msg("%s: %s is %.9g, not %.9g", meters[i].name, points[k],
                         d.values[k], meters[i].values[k]);
        }
        close_desk(&d);
    }
}

static void another_meter(void **state)
{
    (void)state;
    struct desk d = {0};
    struct meter meter = {.answer = tiangang};
    open_desk(&d, &meter, "11110059493676");
    assert_int_equal(read_desk(&d), ERR_TIMEOUT);
    assert_int_equal(d.qualities[0], QUALITY_NO_ANSWER);
    close_desk(&d);
}

/* Promise: not one wrong value is given out, however many answers the line damages. */
static void noise(double bit_errors, size_t damaged_n, double share_min)
{
    struct desk d = {.peer = {.bit_errors = bit_errors, .seed = 4711}};
    struct meter meter = {.answer = tiangang};
    size_t wrong_n = 0, good_n = 0, all_n = 0;

    d.peer.next_bit = -log(peer_random(&d.peer)) / bit_errors;
    open_desk(&d, &meter, "11110059493675;dialect=std");
    d.channel->bus.timeout_ms = 15;
    d.channel->bus.gap_ms = 10;
    for (all_n = 0; peer_damaged(&d.peer) < damaged_n; all_n++) {
        (void)read_desk(&d);
        for (size_t k = 0; k < COUNT(points); k++) {
            if (d.qualities[k] != QUALITY_GOOD) continue;
            good_n++;
            wrong_n += fabs(d.values[k] - meters[0].values[k]) > 1e-9;
        }
    }
    close_desk(&d);
    double share = (double)good_n / (double)(all_n * COUNT(points));
    print_message("bit errors %g: %zu of %zu answers damaged, %zu readings, %.4f of "
                  "values there, %zu wrong\n",
                  bit_errors, d.peer.damaged_n, d.peer.answers_n, all_n, share, wrong_n);
    assert_int_equal(wrong_n, 0);
    assert_true(share >= share_min);
}

static void much_noise(void **state)
{
    (void)state;
    noise(1e-3, peer_dose(400), 0.5);
}

static void little_noise(void **state)
{
    (void)state;
    noise(1e-4, peer_dose(400) / 8, 0.99);
}

/* --- orders ---------------------------------------------------------------------- */

static void moves_valves(void **state)
{
    (void)state;
    struct desk d = {0};
    struct meter meter = {.answer = tiangang, .with_valve = true};
    uint8_t valve = 9;
    struct cjt188_valve_order close_it = {.act = CJT188_ACT_CLOSE};
    struct cjt188_valve_order open_it = {.act = CJT188_ACT_OPEN};
    struct cjt188_valve_order half = {.act = CJT188_ACT_DEGREE, .degree = 45};

    open_desk(&d, &meter, "11110059493675;dialect=std");
    assert_int_equal(cjt188_valve(d.channel, d.plan, &close_it, &valve), ERR_OK);
    assert_int_equal(valve, 1);
    assert_int_equal(cjt188_valve(d.channel, d.plan, &open_it, &valve), ERR_OK);
    assert_int_equal(valve, 0);
    assert_int_equal(cjt188_valve(d.channel, d.plan, &half, &valve), ERR_RANGE);
    lock_take(&d.peer.lock);
    meter.with_valve = false; /* refuses the order */
    lock_give(&d.peer.lock);
    assert_int_equal(cjt188_valve(d.channel, d.plan, &close_it, &valve), ERR_REFUSED);
    close_desk(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_dialects), cmocka_unit_test(another_meter),
        cmocka_unit_test(much_noise),     cmocka_unit_test(little_noise),
        cmocka_unit_test(moves_valves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
