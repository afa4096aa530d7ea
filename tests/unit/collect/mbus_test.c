/* mbus_test.c - driver and search against a bus of meters made here from real telegrams.
 *
 * The bus is written from EN 13757-2 alone and shares no code with the driver: a TCP
 * server as an M-Bus gateway is one.  Meters keep the frame count bit, can be selected,
 * and disturb each other when several answer. */
#include "base/ensure.h"
#include "base/text.h"
#include "base/thread.h"
#include "check.h"
#include "collect/driver.h"
#include "collect/mbus_search.h"
#include "model/quality.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    METERS_MAX = 8,
    TELEGRAMS_MAX = 3,
    FRAME_BYTES = 300,
    TIMEOUT_MS = 60,
    POINTS = 12
};

struct meter {
    uint8_t primary;
    const char *telegrams[TELEGRAMS_MAX]; /* hex, C field ... last data byte */
    uint8_t header[8];                    /* of the first one */
    bool selected;
    int fcb;        /* of the last request answered, -1 = reset */
    size_t next;    /* telegram to send */
    unsigned reads; /* answered */
};

struct bus {
    struct meter meters[METERS_MAX];
    size_t meters_n;
    int listener, port;
    unsigned requests_n;
    unsigned mute_at;    /* this request and the next `mute_n - 1` are not heard */
    unsigned mute_n;     /* */
    unsigned disturb_at; /* the answer to this one has a wrong byte */
    struct thread thread;
    struct lock lock;
};

/* --- the bus ------------------------------------------------------------------------ */

static uint8_t sum_of(const uint8_t *bytes, size_t n)
{
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += bytes[i];
    return (uint8_t)sum;
}

static size_t frame_of(const char *hex, uint8_t address, uint8_t *out)
{
    size_t n;

    assert_true(bytes_from_hex(hex, out + 4, FRAME_BYTES - 6, &n));
    out[0] = out[3] = 0x68;
    out[1] = out[2] = (uint8_t)n;
    out[5] = address;
    out[4 + n] = sum_of(out + 4, n);
    out[5 + n] = 0x16;
    return n + 6;
}

static bool fits(const struct meter *m, const uint8_t *select)
{
    for (int i = 0; i < 8; i++) {
        if (select[i] == 0xFF || select[i] == m->header[i]) continue;
        if (i >= 4) return false;
        bool high = select[i] >> 4 == 15 || select[i] >> 4 == m->header[i] >> 4;
        bool low = (select[i] & 15) == 15 || (select[i] & 15) == (m->header[i] & 15);
        if (!high || !low) return false;
    }
    return true;
}

/* The next telegram, or the last one again when the bit did not change. */
static size_t answer_data(struct meter *m, int fcb, uint8_t *out)
{
    size_t n = 0;
    while (n < TELEGRAMS_MAX && m->telegrams[n])
        n++;
    if (m->fcb >= 0 && m->fcb != fcb) m->next = (m->next + 1) % n;
    m->fcb = fcb;
    m->reads++;
    return frame_of(m->telegrams[m->next], m->primary, out);
}

/* What one meter says to a request; 0 = nothing. */
static size_t answer_of(struct meter *m, const uint8_t *in, uint8_t *out)
{
    bool is_long = in[0] == 0x68;
    uint8_t control = is_long ? in[4] : in[1], address = is_long ? in[5] : in[2];
    bool mine = address == m->primary || (address == 253 && m->selected);

    out[0] = 0xE5;
    if (is_long && address == 253 && in[6] == 0x52) {
        m->selected = fits(m, in + 7);
        if (m->selected) m->fcb = -1;
        if (m->selected) m->next = 0;
        return m->selected;
    }
    if (!mine) return 0;
    if (control == 0x40) {
        m->fcb = -1;
        m->next = 0;
        if (address == 253) m->selected = false;
        return 1;
    }
    return (control & 0xDF) == 0x5B ? answer_data(m, control >> 5 & 1, out) : 1;
}

/* All meters hear it; answers of several lie on each other. */
static size_t answer_all(struct bus *bus, const uint8_t *in, uint8_t *out)
{
    uint8_t one[FRAME_BYTES];
    size_t n = 0;

    for (size_t i = 0; i < bus->meters_n; i++) {
        size_t one_n = answer_of(&bus->meters[i], in, one);
        for (size_t k = 0; k < one_n; k++)
            out[k] = k < n ? out[k] & one[k] : one[k];
        if (one_n > n) n = one_n;
    }
    return n;
}

static void serve(struct bus *bus, int handle)
{
    uint8_t in[FRAME_BYTES], out[FRAME_BYTES];
    size_t n = 0;

    for (;;) {
        ssize_t got = recv(handle, in + n, sizeof in - n, 0);
        if (got <= 0) return;
        n += (size_t)got;
        size_t whole = in[0] == 0x10 ? 5 : n > 1 ? in[1] + 6U : sizeof in;
        if (n < whole) continue;
        n = 0;
        lock_take(&bus->lock);
        unsigned request = ++bus->requests_n;
        size_t out_n = answer_all(bus, in, out);
        bool mute = request >= bus->mute_at && request < bus->mute_at + bus->mute_n;
        if (request == bus->disturb_at) out[out_n / 2] ^= 0x55;
        lock_give(&bus->lock);
        if (out_n && !mute && send(handle, out, out_n, MSG_NOSIGNAL) < 0) return;
    }
}

static void *run(void *context)
{
    struct bus *bus = context;
    for (int handle; (handle = accept(bus->listener, NULL, NULL)) >= 0;) {
        serve(bus, handle);
        close(handle);
    }
    return NULL;
}

static void bus_open(struct bus *bus)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t at_n = sizeof at;

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bus->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(bus->listener, (struct sockaddr *)&at, at_n), 0);
    assert_int_equal(listen(bus->listener, 8), 0);
    assert_int_equal(getsockname(bus->listener, (struct sockaddr *)&at, &at_n), 0);
    bus->port = ntohs(at.sin_port);
    lock_open(&bus->lock);
    assert_int_equal(thread_start(&bus->thread, "bus", run, bus), ERR_OK);
}

static void bus_close(struct bus *bus)
{
    shutdown(bus->listener, SHUT_RDWR);
    thread_join(&bus->thread);
    close(bus->listener);
    lock_close(&bus->lock);
}

static struct meter *add_meter(struct bus *bus, uint8_t primary, const char *telegram)
{
    uint8_t bytes[FRAME_BYTES];

    struct meter *m = &bus->meters[bus->meters_n++];
    m->primary = primary;
    m->telegrams[0] = telegram;
    m->fcb = -1;
    (void)frame_of(telegram, primary, bytes);
    memcpy(m->header, bytes + 7, sizeof m->header);
    return m;
}

/* A heat meter: energy 107 kWh, volume 3.5 m³, power 1.2 kW, supply 75.5 °C, return not
 * available, on time 1000 h; storage 1: energy 99 kWh; maximum power 2 kW. */
#define HEAT(id)                                                                         \
    "08 00 72 " id " 2D 2C 08 04 01 00 00 00"                                            \
    "0C 06 07 01 00 00  0C 14 50 03 00 00  0B 2B 00 12 00  0A 5A 55 07  0A 5E BB BB"     \
    "0A 22 00 10  4C 06 99 00 00 00  1B 2B 00 20 00"
#define WATER(id) "08 00 72 " id " B4 05 01 07 02 04 00 00 0C 13 45 23 01 00"

/* --- reading ------------------------------------------------------------------------ */

struct reader {
    struct driver_channel *channel;
    struct driver_plan *plan;
    double values[POINTS];
    uint8_t qualities[POINTS];
    struct driver_reading reading;
    err e;
};

static void open_reader(struct reader *r, const struct bus *bus, const char *address,
                        const char *const *points, size_t points_n)
{
    const struct driver *driver = driver_find("mbus");
    char whole[160], name[DRIVER_CHANNEL_BYTES], why[240];

    assert_non_null(driver);
    (void)text_format(whole, sizeof whole, "tcp:127.0.0.1:%d/%s", bus->port, address);
    assert_int_equal(driver->check("device", whole, why, sizeof why), ERR_OK);
    assert_int_equal(driver->channel_name(whole, name), ERR_OK);
    assert_int_equal(driver->channel_open(name, TIMEOUT_MS, &r->channel), ERR_OK);
    assert_int_equal(driver->plan_open(whole, points, points_n, &r->plan), ERR_OK);
    r->reading = (struct driver_reading){
        .n = points_n, .values = r->values, .qualities = r->qualities};
}

static void read_once(struct reader *r)
{
    r->e = driver_find("mbus")->read(r->channel, r->plan, &r->reading);
}

static void close_reader(struct reader *r)
{
    driver_find("mbus")->plan_close(r->plan);
    driver_find("mbus")->channel_close(r->channel);
}

static const struct {
    const char *point;
    uint8_t quality;
    double value;
} heat[] = {
    {"energy kWh", QUALITY_GOOD, 107},
    {"energy", QUALITY_GOOD, 0.3852},
    {"energy kWh storage 1", QUALITY_GOOD, 99},
    {"volume", QUALITY_GOOD, 3.5},
    {"power", QUALITY_GOOD, 1.2},
    {"power W max", QUALITY_GOOD, 2000},
    {"flow_temperature", QUALITY_GOOD, 75.5},
    {"return_temperature", QUALITY_NOT_A_NUMBER, 0},
    {"on_time", QUALITY_GOOD, 1000},
    {"record 2 l", QUALITY_GOOD, 3500},
    {"energy bar", QUALITY_REFUSED, 0},
    {"volume storage 7", QUALITY_REFUSED, 0},
};

static void check_heat(const struct reader *r)
{
    assert_int_equal(r->e, ERR_OK);
    for (size_t i = 0; i < COUNT(heat); i++) {
        CHECK_EQ(heat[i].point, r->qualities[i], heat[i].quality);
        CHECK(heat[i].point, fabs(r->values[i] - heat[i].value) < 1e-9);
    }
}

static void reads(const char *address, const struct bus *want)
{
    struct bus bus = *want;
    struct reader r = {0};
    const char *points[POINTS];

    assert_int_equal(COUNT(heat), POINTS);
    for (size_t i = 0; i < POINTS; i++)
        points[i] = heat[i].point;
    add_meter(&bus, 5, HEAT("78 56 34 12"));
    add_meter(&bus, 6, WATER("11 11 11 11"));
    bus_open(&bus);
    open_reader(&r, &bus, address, points, POINTS);
    for (int i = 0; i < 4; i++) {
        read_once(&r);
        check_heat(&r);
    }
    assert_int_equal(bus.meters[0].reads >= 4, 1);
    close_reader(&r);
    bus_close(&bus);
}

static void reads_by_either_address(void **state)
{
    static const char *const addresses[] = {"5",
                                            "12345678",
                                            "12345678.KAM.8.4",
                                            "1234????",
                                            "FFFFFFFF.*.*.4",
                                            "12345678.KAM;speed=9600"};
    (void)state;
    for (size_t i = 0; i < COUNT(addresses); i++)
        reads(addresses[i], &(struct bus){0});
}

static void repeats_after_silence_and_noise(void **state)
{
    (void)state;
    for (unsigned at = 1; at <= 5; at++) {
        reads("5", &(struct bus){.mute_at = at, .mute_n = 1});
        reads("5", &(struct bus){.mute_at = at, .mute_n = 2});
        reads("5", &(struct bus){.disturb_at = at});
        reads("12345678", &(struct bus){.disturb_at = at});
    }
}

/* The second telegram has what the first has not; the next reading begins anew. */
static void reads_all_telegrams(void **state)
{
    static const char *const points[] = {"volume", "volume storage 1", "volume storage 2",
                                         "record 4"};
    static const char *const addresses[] = {"7", "22222222"};
    (void)state;
    for (size_t a = 0; a < COUNT(addresses); a++) {
        struct bus bus = {0};
        struct reader r = {0};
        struct meter *m = add_meter(&bus, 7, WATER("22 22 22 22") "1F 01");
        m->telegrams[1] = "08 00 72 22 22 22 22 B4 05 01 07 03 00 00 00"
                          "4C 13 10 00 00 00 1F 02";
        m->telegrams[2] = "08 00 72 22 22 22 22 B4 05 01 07 03 00 00 00"
                          "8C 01 13 20 00 00 00";
        bus_open(&bus);
        open_reader(&r, &bus, addresses[a], points, COUNT(points));
        for (int i = 0; i < 3; i++) {
            read_once(&r);
            assert_int_equal(r.e, ERR_OK);
            assert_int_equal(r.reading.good_n, 3);
            assert_true(fabs(r.values[0] - 12.345) < 1e-9);
            assert_true(fabs(r.values[1] - 0.01) < 1e-9);
            assert_true(fabs(r.values[2] - 0.02) < 1e-9);
            assert_int_equal(r.qualities[3], QUALITY_REFUSED); /* the maker's bytes */
        }
        close_reader(&r);
        bus_close(&bus);
    }
}

static void leaves_a_battery_meter_alone(void **state)
{
    static const char *const points[] = {"volume"};
    struct bus bus = {0};
    struct reader r = {0};
    (void)state;
    add_meter(&bus, 7, WATER("22 22 22 22"));
    bus_open(&bus);
    open_reader(&r, &bus, "7;every=69min", points, 1);
    for (int i = 0; i < 5; i++) {
        read_once(&r);
        assert_int_equal(r.e, ERR_OK);
        assert_int_equal(r.reading.left_alone, i > 0);
        assert_true(fabs(r.values[0] - 12.345) < 1e-9);
    }
    assert_int_equal(bus.meters[0].reads, 1);
    close_reader(&r);
    bus_close(&bus);
}

static void says_what_failed(void **state)
{
    static const char *const points[] = {"volume"};
    struct bus bus = {0};
    struct reader r = {0};
    (void)state;
    add_meter(&bus, 7, WATER("22 22 22 22"));
    add_meter(&bus, 8, "08 00 70 08"); /* too busy */
    bus_open(&bus);
    open_reader(&r, &bus, "9", points, 1);
    read_once(&r);
    assert_int_equal(r.e, ERR_TIMEOUT);
    assert_int_equal(r.qualities[0], QUALITY_NO_ANSWER);
    close_reader(&r);
    open_reader(&r, &bus, "8", points, 1);
    read_once(&r);
    assert_int_equal(r.e, ERR_OK);
    assert_int_equal(r.qualities[0], QUALITY_REFUSED);
    assert_string_equal(r.reading.error, "application_busy");
    close_reader(&r);
    bus_close(&bus);
}

/* A meter that was there and is gone costs one time-out. */
static void asks_a_dead_meter_once(void **state)
{
    static const char *const points[] = {"volume"};
    struct bus bus = {0};
    struct reader r = {0};
    (void)state;
    add_meter(&bus, 7, WATER("22 22 22 22"));
    bus_open(&bus);
    open_reader(&r, &bus, "7", points, 1);
    read_once(&r);
    assert_int_equal(r.e, ERR_OK);
    lock_take(&bus.lock);
    bus.mute_at = 1;
    bus.mute_n = 1000;
    lock_give(&bus.lock);
    read_once(&r);
    assert_int_equal(r.e, ERR_TIMEOUT);
    read_once(&r);
    assert_int_equal(r.e, ERR_TIMEOUT);
    assert_int_equal(r.reading.requests_n, 1);
    close_reader(&r);
    bus_close(&bus);
}

/* --- searching ---------------------------------------------------------------------- */

struct finds {
    char found[METERS_MAX * 2][MBUS_ADDRESS_BYTES];
    size_t found_n, tried_n, several_n;
};

static void on_found(void *context, const uint8_t *select, uint8_t primary)
{
    struct finds *f = context;
    char *text = f->found[f->found_n++];
    if (select) mbus_address_text(select, text);
    else (void)text_format(text, MBUS_ADDRESS_BYTES, "%u", primary);
}

static void on_progress(void *context, const char *trying)
{
    ((struct finds *)context)->tried_n += trying[0] != 0;
}

static void on_several(void *context, const char *trying)
{
    ((struct finds *)context)->several_n += trying[0] != 0;
}

static bool never(void *context)
{
    (void)context;
    return false;
}

static void search(struct bus *bus, const char *where, struct finds *finds)
{
    struct mbus_address address;
    struct mbus_exchange exchange;
    struct line *line;
    char name[64];
    struct mbus_search s = {.exchange = &exchange,
                            .found = on_found,
                            .progress = on_progress,
                            .several = on_several,
                            .context = finds,
                            .stop = never};

    assert_int_equal(mbus_address_parse(where, &address, NULL, 0), ERR_OK);
    memcpy(s.mask, address.select, sizeof s.mask);

    bus_open(bus);
    (void)text_format(name, sizeof name, "tcp:127.0.0.1:%d", bus->port);
    assert_int_equal(line_open(name, &line), ERR_OK);
    mbus_exchange_open(&exchange, line, 5);
    assert_int_equal(mbus_search_secondary(&s), ERR_OK);
    line_close(line);
    bus_close(bus);
}

static void finds_meters_by_wildcard(void **state)
{
    static const char *const want[] = {"01234567.KAM.8.4", "12345678.KAM.8.4",
                                       "12945678.KAM.8.4", "99999999.AMT.1.7"};
    struct bus bus = {0};
    struct finds finds = {0};
    (void)state;
    add_meter(&bus, 1, HEAT("78 56 34 12"));
    add_meter(&bus, 1, HEAT("78 56 94 12"));
    add_meter(&bus, 2, HEAT("67 45 23 01"));
    add_meter(&bus, 3, "08 00 72 99 99 99 99 B4 05 01 07 02 04 00 00");
    search(&bus, "FFFFFFFF", &finds);
    assert_int_equal(finds.found_n, COUNT(want));
    for (size_t i = 0; i < COUNT(want); i++)
        CHECK_TEXT(want[i], finds.found[i], want[i]);
    assert_int_equal(finds.several_n, 0);
    assert_int_equal(finds.tried_n, 1 + 3 * 10);
}

static void tells_of_meters_with_one_number(void **state)
{
    struct bus bus = {0};
    struct finds finds = {0};
    (void)state;
    add_meter(&bus, 1, HEAT("78 56 34 12"));
    add_meter(&bus, 2, WATER("78 56 34 12"));
    search(&bus, "1234567?", &finds);
    assert_int_equal(finds.found_n, 0);
    assert_int_equal(finds.several_n, 1);
}

static void finds_nothing_on_an_empty_bus(void **state)
{
    struct bus bus = {0};
    struct finds finds = {0};
    (void)state;
    search(&bus, "FFFFFFFF.KAM", &finds);
    assert_int_equal(finds.found_n + finds.several_n, 0);
    assert_int_equal(finds.tried_n, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_by_either_address),
        cmocka_unit_test(repeats_after_silence_and_noise),
        cmocka_unit_test(reads_all_telegrams),
        cmocka_unit_test(leaves_a_battery_meter_alone),
        cmocka_unit_test(says_what_failed),
        cmocka_unit_test(asks_a_dead_meter_once),
        cmocka_unit_test(finds_meters_by_wildcard),
        cmocka_unit_test(tells_of_meters_with_one_number),
        cmocka_unit_test(finds_nothing_on_an_empty_bus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
