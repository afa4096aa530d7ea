/* poller_test.c - workers against a small Modbus TCP server in this process.
 *
 * The server: holding register n of unit u is 100 * u + n.  Unit 7 refuses
 * registers 40..49, unit 8 has NaN at 0, unit 9 is silent.  No fixed port, and no waiting
 * but for events. */
#include "base/ensure.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/thread.h"
#include "check.h"
#include "collect/poller.h"
#include "model/quality.h"

#include <arpa/inet.h>
#include <math.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 8, DEVICES_MAX = 4, POINTS_N = 3, JSON_BYTES = 8192 };

struct server {
    int listener;
    uint16_t port;
    size_t connections_n;

    struct connection {
        int handle;
        struct thread thread;
        unsigned requests[256];
    } connections[CONNECTIONS_MAX];
    struct thread thread;
};

/* --- server ---------------------------------------------------------------------- */

static bool receive(int handle, uint8_t *bytes, size_t n)
{
    return recv(handle, bytes, n, MSG_WAITALL) == (ssize_t)n;
}

static size_t answer(const uint8_t *request, uint8_t *out)
{
    unsigned unit = request[6], first = request[8] * 256U + request[9];
    unsigned count = request[10] * 256U + request[11];
    bool refused = unit == 7 && first < 50 && first + count > 40;

    memcpy(out, request, 8);
    if (refused || count > 125) {
        out[7] |= 0x80;
        out[8] = refused ? 2 : 3;
        out[5] = 3;
        return 9;
    }
    out[8] = (uint8_t)(2 * count);
    for (unsigned i = 0; i < count; i++) {
        unsigned value = unit == 8 && first + i < 2 ? 0x7FFF : 100 * unit + first + i;
        out[9 + 2 * i] = (uint8_t)(value >> 8);
        out[10 + 2 * i] = (uint8_t)value;
    }
    out[5] = (uint8_t)(3 + 2 * count);
    return 9 + 2 * count;
}

static void *connection_run(void *context)
{
    struct connection *c = context;
    uint8_t request[12], out[300];

    while (receive(c->handle, request, sizeof request)) {
        c->requests[request[6]]++;
        if (request[6] == 9) continue;
        size_t n = answer(request, out);
        if (send(c->handle, out, n, MSG_NOSIGNAL) != (ssize_t)n) break;
    }
    return NULL;
}

static void *server_run(void *context)
{
    struct server *s = context;
    int handle;

    while ((handle = accept(s->listener, NULL, NULL)) >= 0) {
        if (s->connections_n == CONNECTIONS_MAX) {
            (void)close(handle);
            continue;
        }
        struct connection *c = &s->connections[s->connections_n++];
        c->handle = handle;
        ensure(thread_start(&c->thread, "connection", connection_run, c) == ERR_OK);
    }
    return NULL;
}

static void server_open(struct server *s)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof address;

    *s = (struct server){.listener = socket(AF_INET, SOCK_STREAM, 0)};
    assert_int_equal(bind(s->listener, (struct sockaddr *)&address, n), 0);
    assert_int_equal(listen(s->listener, 8), 0);
    assert_int_equal(getsockname(s->listener, (struct sockaddr *)&address, &n), 0);
    s->port = ntohs(address.sin_port);
    assert_int_equal(thread_start(&s->thread, "server", server_run, s), ERR_OK);
}

static void server_close(struct server *s)
{
    (void)shutdown(s->listener, SHUT_RDWR);
    thread_join(&s->thread);
    (void)close(s->listener);
    for (size_t i = 0; i < s->connections_n; i++) {
        (void)shutdown(s->connections[i].handle, SHUT_RDWR);
        thread_join(&s->connections[i].thread);
        (void)close(s->connections[i].handle);
    }
}

/* After server_close. */
static unsigned requests_of(const struct server *s, unsigned unit)
{
    unsigned n = 0;
    for (size_t i = 0; i < s->connections_n; i++) n += s->connections[i].requests[unit];
    return n;
}

/* --- fixture --------------------------------------------------------------------- */

struct fixture {
    struct server server;
    struct clock hand;
    struct arena arena;
    struct configuration *configuration;
    struct poller *poller;
};

static const int64_t START = 1700000000000;

/* Devices 1, 2, ... are units[0], units[1], ... behind one connection. */
static void setup(struct fixture *f, const unsigned *units, size_t n)
{
    char json[JSON_BYTES], device[JSON_BYTES / 8];
    struct buffer text;

    log_level_set(LOG_ERROR);
    server_open(&f->server);
    arena_open(&f->arena, 1 << 20);
    buffer_open(&text, sizeof json);
    buffer_put_text(&text, "{\"version\":1,\"terminal\":\"T1\",\"devices\":[");
    for (unsigned i = 0; i < n; i++) {
        assert_true(
            text_format(device, sizeof device,
                        "%s{\"id\":%u,\"code\":\"D%u\",\"address\":\"127.0.0.1:%u/%u\","
                        "\"protocol\":\"modbus-tcp\",\"cycle_ms\":1000,\"template\":1,"
                        "\"points\":[%u,%u,%u]}",
                        i ? "," : "", i + 1, i + 1, f->server.port, units[i], 10 * i + 1,
                        10 * i + 2, 10 * i + 3));
        buffer_put_text(&text, device);
    }
    buffer_put_text(&text,
                    "],\"templates\":[{\"id\":1,\"code\":\"t\",\"protocol\":"
                    "\"modbus-tcp\",\"points\":[{\"key\":\"a\",\"address\":"
                    "\"holding 0 f32\"},{\"key\":\"b\",\"address\":\"holding 30 u16\","
                    "\"factor\":0.1,\"range_high\":80},{\"key\":\"c\",\"address\":"
                    "\"holding 41 u16\"}]}]}");
    assert_int_equal(text.broken, ERR_OK);
    assert_int_equal(configuration_parse(buffer_bytes(&text), &f->configuration, NULL),
                     ERR_OK);
    buffer_close(&text);
    clock_hand(&f->hand, START);
}

static void start(struct fixture *f, const struct clock *clock, uint32_t rows_max)
{
    struct poller_options options = {
        .clock = clock, .workers_n = 3, .timeout_ms = 1000, .rows_max = rows_max};
    assert_int_equal(poller_open(f->configuration, &options, &f->poller), ERR_OK);
}

static void teardown(struct fixture *f)
{
    poller_close(f->poller);
    configuration_close(f->configuration);
    arena_close(&f->arena);
    server_close(&f->server);
    log_level_set(LOG_INFO);
}

static const struct block *block_of(const struct block *blocks, size_t n, uint32_t device)
{
    for (size_t i = 0; i < n; i++)
        if (blocks[i].device == device) return &blocks[i];
    return NULL;
}

/* --- tests ----------------------------------------------------------------------- */

static void gathers_rows(void **state)
{
    static const unsigned units[] = {1, 7, 8};
    struct fixture f = {0};
    struct block *blocks = NULL;
    size_t n = 0;
    (void)state;
    setup(&f, units, 3);
    start(&f, &f.hand, 10);
    for (int i = 0; i < 5; i++) {
        clock_set(&f.hand, START + 1000 * i);
        poller_poll_due(f.poller);
    }
    assert_int_equal(poller_rows(f.poller), 5);
    assert_int_equal(poller_take(f.poller, &f.arena, &blocks, &n), ERR_OK);
    assert_int_equal(n, 3);
    for (uint32_t d = 1; d <= 3; d++) {
        const struct block *b = block_of(blocks, n, d);
        assert_non_null(b);
        assert_int_equal(b->times_n, 5);
        assert_int_equal(b->columns_n, POINTS_N);
        for (int i = 0; i < 5; i++) {
            assert_int_equal(b->times_ms[i], START + 1000 * i);
            CHECK_EQ("b", b->qualities[5 + i],
                     d == 1   ? QUALITY_GOOD
                     : d == 2 ? QUALITY_GOOD
                              : QUALITY_RANGE);
            CHECK_EQ("c", b->qualities[10 + i], d == 2 ? QUALITY_REFUSED : QUALITY_GOOD);
            CHECK_EQ("a", b->qualities[i], d == 3 ? QUALITY_NOT_A_NUMBER : QUALITY_GOOD);
            double want = (100 * units[d - 1] + 30) / 10.0;
            CHECK("b", fabs(b->values[5 + i] - want) <= 0);
            CHECK("absent is NaN",
                  quality_has_value(b->qualities[i]) == !isnan(b->values[i]));
        }
        assert_int_equal(b->points[2], 10 * (d - 1) + 3);
    }
    assert_int_equal(poller_take(f.poller, &f.arena, &blocks, &n), ERR_OK);
    assert_int_equal(n, 0);
    teardown(&f);
    /* Unit 7: three points at once, split into the first and the rest, the rest again;
     * later the two good ones only. */
    assert_int_equal(requests_of(&f.server, 7), 1 + 2 + 2 + 4 * 2);
    assert_int_equal(requests_of(&f.server, 1), 5);
    assert_int_equal(f.server.connections_n, 1);
}

static void silent_unit_is_backed_off(void **state)
{
    static const unsigned units[] = {9, 1};
    struct fixture f = {0};
    struct block *blocks = NULL;
    struct device_status *status = NULL;
    size_t n = 0;
    (void)state;
    setup(&f, units, 2);
    start(&f, &f.hand, 40);
    for (int i = 0; i < 16; i++) {
        clock_set(&f.hand, START + 1000 * i);
        poller_poll_due(f.poller);
    }
    assert_int_equal(poller_take(f.poller, &f.arena, &blocks, &n), ERR_OK);
    assert_int_equal(block_of(blocks, n, 2)->times_n, 16);
    const struct block *dead = block_of(blocks, n, 1);
    assert_int_equal(dead->times_n, 5); /* after 0, 1, 3, 7, 15 s */
    for (size_t i = 0; i < dead->times_n * POINTS_N; i++)
        assert_int_equal(dead->qualities[i], QUALITY_NO_ANSWER);
    assert_int_equal(poller_take_status(f.poller, false, &f.arena, &status, &n), ERR_OK);
    assert_int_equal(n, 2);
    assert_int_equal(status[0].state, DEVICE_OFFLINE);
    assert_int_equal(status[0].polls, 5);
    assert_int_equal(status[0].failures, 5);
    assert_int_equal(status[0].answered_ms, 0);
    assert_true(status[0].error[0] != 0);
    assert_int_equal(status[1].state, DEVICE_ONLINE);
    assert_int_equal(status[1].since_ms, START);
    assert_int_equal(poller_take_status(f.poller, false, &f.arena, &status, &n), ERR_OK);
    assert_int_equal(n, 0);
    assert_int_equal(poller_take_status(f.poller, true, &f.arena, &status, &n), ERR_OK);
    assert_int_equal(n, 2);
    assert_int_equal(status[1].polls, 0);
    struct poller_counts counts;
    poller_counts(f.poller, &counts);
    assert_int_equal(counts.online_n, 1);
    assert_int_equal(counts.offline_n, 1);
    assert_int_equal(counts.missed, 11 + 15); /* up to the next try at 31 s */
    teardown(&f);
}

static void full_rows_are_missed_polls(void **state)
{
    static const unsigned units[] = {1};
    struct fixture f = {0};
    struct poller_counts counts;
    (void)state;
    setup(&f, units, 1);
    start(&f, &f.hand, 4);
    for (int i = 0; i < 10; i++) {
        clock_set(&f.hand, START + 1000 * i);
        poller_poll_due(f.poller);
    }
    poller_counts(f.poller, &counts);
    assert_int_equal(poller_rows(f.poller), 4);
    assert_int_equal(counts.polls, 4);
    assert_int_equal(counts.missed, 6);
    teardown(&f);
}

/* With the machine's clock, and the framer's way of waiting. */
static void polls_in_real_time(void **state)
{
    static const unsigned units[] = {1, 2, 9, 3};
    struct fixture f = {0};
    struct clock machine;
    size_t rows = 0;
    (void)state;
    setup(&f, units, 4);
    for (size_t i = 0; i < f.configuration->devices_n; i++)
        f.configuration->devices[i].cycle_ms = 100;
    clock_machine(&machine);
    start(&f, &machine, 16);
    while (rows < 12) {
        struct block *blocks = NULL;
        size_t n = 0;
        assert_true(poller_wait(f.poller, 50, 20000));
        assert_int_equal(poller_take(f.poller, &f.arena, &blocks, &n), ERR_OK);
        for (size_t i = 0; i < n; i++)
            rows += blocks[i].device == 4 ? blocks[i].times_n : 0;
        arena_close(&f.arena);
    }
    poller_wake(f.poller);
    (void)poller_wait(f.poller, 1000, 1000);
    teardown(&f);
}

static void bad_devices_are_reported(void **state)
{
    static const unsigned units[] = {1, 2};
    struct fixture f = {0};
    struct device_status *status = NULL;
    size_t n = 0;
    (void)state;
    setup(&f, units, 2);
    (void)text_copy(f.configuration->devices[0].address, CATALOG_ADDRESS_BYTES,
                    "no/where/");
    start(&f, &f.hand, 4);
    poller_poll_due(f.poller);
    assert_int_equal(poller_take_status(f.poller, false, &f.arena, &status, &n), ERR_OK);
    assert_int_equal(n, 2);
    assert_int_equal(status[0].state, DEVICE_OFFLINE);
    assert_true(text_starts(status[0].error, "the unit is a number"));
    assert_int_equal(status[1].state, DEVICE_ONLINE);
    teardown(&f);
}

static void every_allocation_may_fail(void **state)
{
    static const unsigned units[] = {1, 7};
    struct fixture f = {0};
    struct poller_options options = {
        .clock = &f.hand, .workers_n = 1, .timeout_ms = 1000, .rows_max = 4};
    (void)state;
    setup(&f, units, 2);
    err e = ERR_MEMORY;
    for (size_t k = 1; e; k++) {
        memory_fail_at(k);
        e = poller_open(f.configuration, &options, &f.poller);
        memory_fail_at(0);
        assert_true(e == ERR_OK || e == ERR_MEMORY);
        assert_true(k < 100);
    }
    teardown(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gathers_rows),
        cmocka_unit_test(silent_unit_is_backed_off),
        cmocka_unit_test(full_rows_are_missed_polls),
        cmocka_unit_test(polls_in_real_time),
        cmocka_unit_test(bad_devices_are_reported),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
