/* modbus_server_test.c - the server against libmodbus as a client, and against clients
 * that are slow, rude or many. */
#include "heatnet-plant/modbus_server.h"
#include "heatnet-plant/physics.h"

#include "base/ensure.h"
#include "base/thread.h"
#include "check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <modbus.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct fixture {
    struct plant *plant;
    struct loop loop;
    struct modbus_server *server;
    char log_path[64];
};

static void set_up(struct fixture *f)
{
    (void)snprintf(f->log_path, sizeof f->log_path, "served-%ld.log", (long)getpid());
    struct modbus_server_settings settings = {0, f->log_path};
    f->server = NULL;
    assert_int_equal(plant_open(1, 1768435200, &f->plant), ERR_OK);
    assert_int_equal(loop_open(&f->loop), ERR_OK);
    assert_int_equal(modbus_server_open(settings, f->plant, &f->loop, &f->server),
                     ERR_OK);
}

static void tear_down(struct fixture *f)
{
    modbus_server_close(f->server);
    loop_close(&f->loop);
    plant_close(f->plant);
    (void)unlink(f->log_path);
}

/* A client in a thread of its own, because libmodbus waits for its answers. */
struct peer {
    uint16_t port;
    int done_handle;    /* closed at the end */
    const char *failed; /* NULL = all was well */
};

static const char *talk(modbus_t *m)
{
    uint16_t words[125];
    uint8_t bits[16];

    (void)modbus_set_slave(m, 1);
    if (modbus_read_registers(m, 0, 70, words) != 70) return "read holding";
    if (fabsf(modbus_get_float_abcd(words) - 80) > 40) return "float abcd";
    if (fabsf(modbus_get_float_cdab(words + 30) + 5) > 20) return "float cdab";
    if (modbus_read_input_bits(m, 0, 4, bits) != 4 || bits[0] != 1) return "inputs";
    if (modbus_read_bits(m, 0, 2, bits) != 2 || bits[1] != 0) return "coils";
    if (modbus_read_registers(m, 70, 20, words) != -1 || errno != EMBXILADD)
        return "bad address";
    if (modbus_write_register(m, 0, 1) != -1 || errno != EMBXILADD) return "read only";
    if (modbus_write_register(m, 44, 600) != -1 || errno != EMBXILVAL) return "bad value";
    if (modbus_write_register(m, 44, 400) != 1) return "write";
    words[0] =
        0x0000; /* 46.5 = 423A0000, low word first (libmodbus 3.1.6 sets it wrong) */
    words[1] = 0x423A;
    if (modbus_write_registers(m, 32, 2, words) != 2) return "write float";
    if (modbus_read_registers(m, 32, 2, words) != 2) return "read back";
    if (fabsf(modbus_get_float_cdab(words) - 46.5F) > 0.001F) return "read back value";
    if (modbus_write_bit(m, 1, 1) != 1) return "write coil";
    (void)modbus_set_slave(m, 35);
    if (modbus_read_input_registers(m, 0, 12, words) != 12) return "meter";
    (void)modbus_set_slave(m, 36);
    if (modbus_read_input_registers(m, 0, 1, words) != -1 || errno != EMBXGTAR)
        return "no such unit";
    return NULL;
}

static void *peer_run(void *context)
{
    struct peer *peer = context;
    modbus_t *m = modbus_new_tcp("127.0.0.1", peer->port);

    peer->failed = "connect";
    if (m && modbus_connect(m) == 0) peer->failed = talk(m);
    modbus_close(m);
    modbus_free(m);
    (void)close(peer->done_handle);
    return NULL;
}

static void libmodbus_client(void **state)
{
    (void)state;
    struct fixture f;
    struct thread thread = {0};
    int pipe_handles[2];
    char byte;

    set_up(&f);
    assert_int_equal(pipe2(pipe_handles, O_NONBLOCK | O_CLOEXEC), 0);
    struct peer peer = {modbus_server_port(f.server, 1), pipe_handles[1], "never ran"};
    assert_int_equal(thread_start(&thread, "peer", peer_run, &peer), ERR_OK);
    while (read(pipe_handles[0], &byte, 1) < 0) loop_turn(&f.loop, 20);
    thread_join(&thread);
    (void)close(pipe_handles[0]);
    CHECK_TEXT("libmodbus", peer.failed ? peer.failed : "", "");
    assert_true(f.plant->stations[0].mode == MODE_FIXED);
    assert_true(f.plant->stations[0].pumps[1].wanted > 0);
    tear_down(&f);
}

static int dial(const struct fixture *f, unsigned port_i)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port =
                                      htons(modbus_server_port(f->server, port_i)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int handle = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(handle, (struct sockaddr *)&address, sizeof address), 0);
    (void)fcntl(handle, F_SETFL, O_NONBLOCK);
    int on = 1; /* else a request may wait for the acknowledgement of the one before */
    (void)setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return handle;
}

static void turn(struct fixture *f)
{
    for (int i = 0; i < 8; i++) loop_turn(&f->loop, 1);
}

static const uint8_t read_two[] = {0, 7, 0, 0, 0, 6, 1, 3, 0, 60, 0, 2};

/* Sends a good request and checks its answer. */
static bool is_served(struct fixture *f, int handle)
{
    uint8_t answer[300];
    if (send(handle, read_two, sizeof read_two, MSG_NOSIGNAL) != sizeof read_two)
        return false;
    turn(f);
    return recv(handle, answer, sizeof answer, 0) == 13 && answer[1] == 7 &&
           answer[8] == 4;
}

static bool is_closed(int handle)
{
    uint8_t byte;
    ssize_t n = recv(handle, &byte, 1, 0);
    return n == 0 || (n < 0 && errno == ECONNRESET);
}

static void slow_client(void **state)
{
    (void)state;
    struct fixture f;
    uint8_t answer[300];

    set_up(&f);
    int slow = dial(&f, 1), other = dial(&f, 1);
    for (size_t i = 0; i < sizeof read_two; i++) {
        assert_int_equal(send(slow, &read_two[i], 1, 0), 1);
        assert_true(is_served(&f, other));
    }
    turn(&f);
    assert_int_equal(recv(slow, answer, sizeof answer, 0), 13);
    (void)close(slow);
    (void)close(other);
    tear_down(&f);
}

/* Asks on and on and reads nothing: its answers pile up in the kernel, then it waits. */
static void client_that_does_not_read(void **state)
{
    (void)state;
    struct fixture f;
    static const uint8_t big[] = {0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 80};
    uint8_t many[40 * sizeof big], answer[4096];
    int refused_n = 0;

    for (size_t i = 0; i < sizeof many; i++) many[i] = big[i % sizeof big];
    set_up(&f);
    int rude = dial(&f, 2), other = dial(&f, 2);
    for (int i = 0; i < 200000 && refused_n < 20; i++) {
        refused_n += send(rude, many, sizeof many, MSG_NOSIGNAL) < 0;
        loop_turn(&f.loop, 0);
    }
    assert_int_equal(refused_n, 20);
    assert_true(is_served(&f, other));
    for (int i = 0; i < 100; i++) {
        (void)recv(rude, answer, sizeof answer, 0);
        turn(&f);
    }
    assert_true(is_served(&f, other));
    (void)close(rude);
    (void)close(other);
    tear_down(&f);
}

static const struct {
    const char *name;
    uint8_t bytes[12];
    bool closed;
} headers[] = {
    {"protocol is not 0",   {0, 1, 0, 9, 0, 6, 1, 3, 0, 0, 0, 1},                         true },
    {"no PDU",              {0, 1, 0, 0, 0, 1, 1, 3, 0, 0, 0, 1},                         true },
    {"too long",            {0, 1, 0, 0, 1, 0, 1, 3, 0, 0, 0, 1},                         true },
    {"HTTP",                {'G', 'E', 'T', ' ', '/', ' ', 'H', 'T', 'T', 'P', '/', '1'}, true },
    {"good",                {0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 1},                         false},
    {"the rest is missing", {0, 1, 0, 0, 0, 200, 1, 3, 0, 0, 0, 1},                       false},
};

static void bad_headers(void **state)
{
    (void)state;
    struct fixture f;
    uint8_t answer[300];

    set_up(&f);
    for (size_t i = 0; i < COUNT(headers); i++) {
        int handle = dial(&f, 3);
        turn(&f);
        CHECK_EQ(headers[i].name, send(handle, headers[i].bytes, 12, MSG_NOSIGNAL), 12);
        turn(&f);
        if (!headers[i].closed) (void)recv(handle, answer, sizeof answer, 0);
        CHECK_EQ(headers[i].name, is_closed(handle), headers[i].closed);
        (void)close(handle);
    }
    int handle = dial(&f, 3);
    assert_true(is_served(&f, handle));
    (void)close(handle);
    turn(&f);
    assert_int_equal(modbus_server_clients_n(f.server), 0);
    tear_down(&f);
}

static void one_client_too_many(void **state)
{
    (void)state;
    struct fixture f;
    int handles[PORT_CLIENTS_MAX + 1];

    set_up(&f);
    for (unsigned i = 0; i < PORT_CLIENTS_MAX; i++) {
        handles[i] = dial(&f, 4);
        assert_true(is_served(&f, handles[i]));
    }
    assert_true(is_served(&f, handles[0])); /* now number 1 is the quietest */
    handles[PORT_CLIENTS_MAX] = dial(&f, 4);
    assert_true(is_served(&f, handles[PORT_CLIENTS_MAX]));
    assert_true(is_closed(handles[1]));
    assert_true(is_served(&f, handles[0]));
    assert_int_equal(modbus_server_clients_n(f.server), PORT_CLIENTS_MAX);
    for (unsigned i = 0; i <= PORT_CLIENTS_MAX; i++) (void)close(handles[i]);
    tear_down(&f);
}

static void silence_and_log(void **state)
{
    (void)state;
    struct fixture f;
    char want[128], got[128] = "";

    set_up(&f);
    int handle = dial(&f, 5);
    assert_true(is_served(&f, handle));
    f.plant->stations[4].device.silent = true;
    assert_false(is_served(&f, handle));
    assert_false(is_closed(handle));
    f.plant->stations[4].device.silent = false;
    assert_true(is_served(&f, handle));
    (void)close(handle);

    unsigned port = modbus_server_port(f.server, 5);
    (void)snprintf(want, sizeof want, "%u/1 1 1768435200000\n%u/1 2 1768435200000\n",
                   port, port);
    FILE *log = fopen(f.log_path, "r");
    assert_non_null(log);
    got[fread(got, 1, sizeof got - 1, log)] = 0;
    (void)fclose(log);
    assert_string_equal(got, want);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(libmodbus_client),          cmocka_unit_test(slow_client),
        cmocka_unit_test(client_that_does_not_read), cmocka_unit_test(bad_headers),
        cmocka_unit_test(one_client_too_many),       cmocka_unit_test(silence_and_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
