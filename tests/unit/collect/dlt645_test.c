/* dlt645_test.c - the driver against a meter of fixed bytes: points of one answer, blocks
 * in pieces, refusals, noise. */
#include "base/ensure.h"
#include "collect/dlt645.h"
#include "collect/meter_bus.h"
#include "meter_peer.h"
#include "model/quality.h"

/* Data behind the identifier, as on paper (without +33H): what the meter holds. */
static const struct {
    uint32_t di;
    const char *data;
} held[] = {
    {0x00010000, "78563412"},
    {0x02010100, "3412"},
    {0x0201FF00, "3412 0122 9923"},
    {0x02030000, "563492"},
    {0x0001FF00, "78563412 11000000 22000000 33000000 44000000"},
};

enum { PIECE_N = 8 };

static size_t request_n(const uint8_t *in, size_t n)
{
    if (n < 12 || in[0] != 0x68 || in[7] != 0x68 || n < 12u + in[9]) return 0;
    size_t whole = 12u + in[9];
    return in[whole - 1] == 0x16 && in[whole - 2] == peer_sum(in, whole - 2) ? whole : 0;
}

static size_t reply(const uint8_t *in, uint8_t control, const uint8_t *data, size_t n,
                    uint8_t *out)
{
    memcpy(out, in, 8);
    out[8] = control;
    out[9] = (uint8_t)n;
    for (size_t i = 0; i < n; i++) out[10 + i] = (uint8_t)(data[i] + 0x33);
    out[10 + n] = peer_sum(out, 10 + n);
    out[11 + n] = 0x16;
    return 12 + n;
}

/* Long answers go in pieces of eight bytes. */
static size_t answer(struct meter_peer *peer, const uint8_t *in, size_t n, uint8_t *out)
{
    static const uint8_t address[6] = {0x91, 0x40, 0x02, 0x01, 0x18, 0x07};
    static const uint8_t no_such_data[] = {2};
    uint8_t data[64];
    size_t all_n = 0, i = 0;
    (void)peer;
    (void)n;
    if (memcmp(in + 1, address, 6) != 0 || in[9] < 4) return 0;
    uint32_t di = 0;
    for (int k = 3; k >= 0; k--) di = di << 8 | (uint8_t)(in[10 + k] - 0x33);
    while (i < COUNT(held) && held[i].di != di) i++;
    if (i == COUNT(held)) return reply(in, in[8] | 0xC0, no_such_data, 1, out);
    assert_true(bytes_from_hex(held[i].data, data + 4, sizeof data - 4, &all_n));
    for (size_t k = 0; k < 4; k++) data[k] = (uint8_t)(di >> (8 * k));
    size_t number = in[8] == 0x12 ? (uint8_t)(in[14] - 0x33) : 0;
    if (number * PIECE_N >= all_n) return 0;
    size_t left = all_n - number * PIECE_N, piece = left < PIECE_N ? left : PIECE_N;
    bool more = left > piece;
    memmove(data + 4, data + 4 + number * PIECE_N, piece);
    if (in[8] == 0x12) data[4 + piece] = (uint8_t)number;
    return reply(in, (uint8_t)(in[8] | 0x80 | (more ? 0x20 : 0)), data,
                 4 + piece + (in[8] == 0x12), out);
}

enum { POINTS_N = 7 };

static const char *const points[POINTS_N] = {
    "forward_active_energy", "voltage_a",         "0201ff00 voltage_c", "active_power",
    "0001ff00 tariff 4",     "0201ff00 voltage_b", "frequency"};
static const double wanted[POINTS_N] = {123456.78, 123.4, 239.9, -12.3456,
                                        0.44,      220.1, 0};

struct desk {
    struct meter_peer peer;
    struct driver_channel *channel;
    struct driver_plan *plan;
    struct driver_reading reading;
    double values[POINTS_N];
    uint8_t qualities[POINTS_N];
};

static void open_desk(struct desk *d, uint32_t timeout_ms)
{
    char address[128], name[DRIVER_CHANNEL_BYTES];
    d->peer.answer = answer;
    d->peer.request_n = request_n;
    if (!d->peer.seed) d->peer.seed = 88172645463325252u;
    peer_open(&d->peer);
    assert_true(text_format(address, sizeof address, "tcp:127.0.0.1:%u/71801024091",
                            d->peer.port));
    assert_int_equal(dlt645_driver.check("device", address, name, sizeof name), ERR_OK);
    assert_int_equal(dlt645_driver.channel_name(address, name), ERR_OK);
    assert_int_equal(dlt645_driver.channel_open(name, timeout_ms, &d->channel), ERR_OK);
    assert_int_equal(dlt645_driver.plan_open(address, points, POINTS_N, &d->plan),
                     ERR_OK);
    d->reading = (struct driver_reading){
        .n = POINTS_N, .values = d->values, .qualities = d->qualities};
}

static void close_desk(struct desk *d)
{
    dlt645_driver.channel_close(d->channel);
    dlt645_driver.plan_close(d->plan);
    peer_close(&d->peer);
}

static void reads(void **state)
{
    (void)state;
    struct desk d = {.peer = {.echoes = true}};

    open_desk(&d, 500);
    for (int k = 0; k < 2; k++)
        assert_int_equal(dlt645_driver.read(d.channel, d.plan, &d.reading), ERR_OK);
    assert_int_equal(d.reading.good_n, POINTS_N - 1);
    assert_int_equal(d.reading.requests_n, 5); /* the refused one waits */
    for (size_t i = 0; i + 1 < POINTS_N; i++) {
        CHECK_EQ(points[i], d.qualities[i], QUALITY_GOOD);
        CHECK(points[i], fabs(d.values[i] - wanted[i]) < 1e-9);
    }
    assert_int_equal(d.qualities[POINTS_N - 1], QUALITY_REFUSED);
    close_desk(&d);
}

static void noise(void **state)
{
    (void)state;
    struct desk d = {.peer = {.bit_errors = 1e-3, .seed = 4711}};
    size_t wrong_n = 0, good_n = 0, all_n = 0, damaged_n = peer_dose(200);

    d.peer.next_bit = -log(peer_random(&d.peer)) / d.peer.bit_errors;
    open_desk(&d, 15);
    d.channel->bus.idle_ms = 0;
    d.channel->bus.gap_ms = 10;
    for (all_n = 0; peer_damaged(&d.peer) < damaged_n; all_n++) {
        (void)dlt645_driver.read(d.channel, d.plan, &d.reading);
        for (size_t k = 0; k + 1 < POINTS_N; k++) {
            if (d.qualities[k] != QUALITY_GOOD) continue;
            good_n++;
            wrong_n += fabs(d.values[k] - wanted[k]) > 1e-9;
        }
    }
    close_desk(&d);
    print_message("%zu of %zu answers damaged, %zu readings, %zu values, %zu wrong\n",
                  d.peer.damaged_n, d.peer.answers_n, all_n, good_n, wrong_n);
    assert_int_equal(wrong_n, 0);
    assert_true(good_n > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),
        cmocka_unit_test(noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
