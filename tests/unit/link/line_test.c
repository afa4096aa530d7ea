/* line_test.c - names right and wrong; bytes over a pty and over TCP; what is remembered.
 */
#include "base/clock.h"
#include "base/text.h"
#include "check.h"
#include "link/line.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

static const struct {
    const char *name;
    err want;
    const char *says;
} names[] = {
    {"tcp:127.0.0.1:4001", ERR_OK, ""},
    {"tcp:[fe80::1%eth0]:4001", ERR_OK, ""},
    {"tcp:gateway.local:1", ERR_OK, ""},
    {"tcp::4001", ERR_RANGE, "host is missing"},
    {"tcp:a b:4001", ERR_RANGE, "wrong character"},
    {"tcp:[::1:4001", ERR_RANGE, "port"},
    {"tcp:10.0.0.1", ERR_RANGE, "port is a number"},
    {"tcp:10.0.0.1:0", ERR_RANGE, "port is a number"},
    {"tcp:10.0.0.1:65536", ERR_RANGE, "port is a number"},
    {"serial:/dev/ttyUSB0:2400:8E1", ERR_OK, ""},
    {"serial:/dev/ttyUSB0:115200:7o2", ERR_OK, ""},
    {"serial:/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0:300:8N1", ERR_OK, ""},
    {"serial:/dev/ttyUSB0:2400", ERR_RANGE, "mode"},
    {"serial:/dev/ttyUSB0", ERR_RANGE, "missing"},
    {"serial:ttyUSB0:2400:8E1", ERR_RANGE, "begin with /"},
    {"serial:/dev/ttyUSB0:2401:8E1", ERR_RANGE, "speed"},
    {"serial:/dev/ttyUSB0:2400:9E1", ERR_RANGE, "8N1, 8E1"},
    {"serial:/dev/ttyUSB0:2400:8X1", ERR_RANGE, "8N1, 8E1"},
    {"serial:/dev/ttyUSB0:2400:8E12", ERR_RANGE, "8N1, 8E1"},
    {"modem:13800001111", ERR_OK, ""},
    {"modem:", ERR_RANGE, "modem:13800001111"},
    {"modem:a/b", ERR_RANGE, "letters, digits"},
    {"udp:10.0.0.1:1", ERR_RANGE, "serial:PATH:SPEED:MODE"},
    {"", ERR_RANGE, "not known"},
};

static void names_are_checked(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char why[200] = "";
        err e = line_check(names[i].name, why, sizeof why);
        if (e != names[i].want || !strstr(why, names[i].says))
            fail_msg("%s: %s, \"%s\"", names[i].name, err_name(e), why);
    }
    char name_long[LINE_NAME_BYTES + 1];
    memset(name_long, 'a', sizeof name_long - 1);
    name_long[LINE_NAME_BYTES] = 0;
    assert_int_equal(line_check(name_long, NULL, 0), ERR_RANGE);
}

static void addresses_are_split(void **state)
{
    char name[LINE_NAME_BYTES];
    const char *rest = NULL;
    (void)state;
    assert_int_equal(line_split("serial:/dev/ttyUSB0:2400:8E1/7;a=b/c", name, &rest), 0);
    assert_string_equal(name, "serial:/dev/ttyUSB0:2400:8E1");
    assert_string_equal(rest, "7;a=b/c");
    assert_int_equal(line_split("tcp:h:1/", name, &rest), ERR_OK);
    assert_string_equal(rest, "");
    assert_int_equal(line_split("tcp:h:1;x=/", name, &rest), ERR_RANGE);
    assert_int_equal(line_split("", name, &rest), ERR_RANGE);
}

/* --- serial, over a pty ---------------------------------------------------------- */

struct pty {
    int master;
    char name[LINE_NAME_BYTES];
};

static void pty_open(struct pty *pty, const char *settings)
{
    pty->master = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(pty->master >= 0);
    assert_int_equal(grantpt(pty->master), 0);
    assert_int_equal(unlockpt(pty->master), 0);
    char path[64];
    assert_int_equal(ptsname_r(pty->master, path, sizeof path), 0);
    assert_true(text_format(pty->name, sizeof pty->name, "serial:%s:%s", path, settings));
}

static void serial_carries_every_byte(void **state)
{
    struct pty pty;
    struct line *line = NULL;
    uint8_t all[256], back[256];
    size_t n = 0, got = 0;
    (void)state;
    for (size_t i = 0; i < sizeof all; i++) all[i] = (uint8_t)i;
    pty_open(&pty, "9600:8N1");
    assert_int_equal(line_open(pty.name, &line), ERR_OK);
    int64_t deadline = line_deadline(line, 5000);
    assert_int_equal(line_send(line, (struct bytes){all, 256}, deadline), ERR_OK);
    while (n < sizeof back) {
        ssize_t more = read(pty.master, back + n, sizeof back - n);
        assert_true(more > 0);
        n += (size_t)more;
    }
    assert_memory_equal(back, all, sizeof all);
    assert_int_equal(write(pty.master, all, sizeof all), sizeof all);
    for (n = 0; n < sizeof back; n += got)
        assert_int_equal(line_receive(line, back + n, sizeof back - n, deadline, &got),
                         ERR_OK);
    assert_memory_equal(back, all, sizeof all);
    assert_int_equal(line_byte_us(line), 1042);
    assert_int_equal(line_speed(line, 2400), ERR_OK);
    assert_int_equal(line_byte_us(line), 4167);
    assert_int_equal(line_speed(line, 2401), ERR_RANGE);
    line_close(line);
    (void)close(pty.master);
}

static void serial_is_ours_alone(void **state)
{
    struct pty pty;
    struct line *first = NULL, *second = NULL;
    (void)state;
    pty_open(&pty, "9600:8N1");
    assert_int_equal(line_open(pty.name, &first), ERR_OK);
    assert_int_equal(line_open(pty.name, &second), ERR_OK);
    struct bytes x = bytes_of_text("x");
    assert_int_equal(line_send(first, x, line_deadline(first, 1000)), ERR_OK);
    assert_int_equal(line_send(second, x, line_deadline(second, 1000)), ERR_BUSY);
    line_hang_up(first);
    assert_int_equal(line_send(second, x, line_deadline(second, 1000)), ERR_OK);
    line_close(first);
    line_close(second);
    (void)close(pty.master);
}

static void serial_keeps_silence_and_drops_late_answers(void **state)
{
    struct pty pty;
    struct line *line = NULL;
    struct clock clock;
    uint8_t byte[8];
    size_t got = 0;
    (void)state;
    clock_machine(&clock);
    pty_open(&pty, "300:8N1");
    assert_int_equal(line_open(pty.name, &line), ERR_OK);
    struct bytes x = bytes_of_text("x");
    int64_t deadline = line_deadline(line, 5000);
    assert_int_equal(line_send(line, x, deadline), ERR_OK);
    int64_t began = clock_mono_ms(&clock);
    assert_int_equal(line_receive(line, byte, 8, line_deadline(line, 20), &got),
                     ERR_TIMEOUT);
    assert_int_equal(write(pty.master, "late", 4), 4);
    assert_int_equal(line_send(line, x, deadline), ERR_OK);
    /* One byte of 33 ms and a gap of 117. */
    assert_true(clock_mono_ms(&clock) - began >= 145);
    assert_int_equal(line_receive(line, byte, 8, line_deadline(line, 20), &got),
                     ERR_TIMEOUT);
    (void)close(pty.master);
    assert_int_equal(line_receive(line, byte, 8, deadline, &got), ERR_CLOSED);
    assert_int_equal(line_send(line, x, deadline), ERR_REFUSED);
    line_close(line);
}

/* --- tcp ------------------------------------------------------------------------- */

static int listen_somewhere(char name[LINE_NAME_BYTES])
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, n), 0);
    assert_int_equal(listen(listener, 4), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &n), 0);
    (void)text_format(name, LINE_NAME_BYTES, "tcp:127.0.0.1:%d", ntohs(address.sin_port));
    return listener;
}

static void tcp_connects_anew_after_silence(void **state)
{
    char name[LINE_NAME_BYTES];
    struct line *line = NULL;
    struct line_counts counts;
    uint8_t byte[8];
    size_t got = 0;
    int listener = listen_somewhere(name);
    (void)state;
    assert_int_equal(line_open(name, &line), ERR_OK);
    struct bytes x = bytes_of_text("x");
    int64_t deadline = line_deadline(line, 5000);
    assert_int_equal(line_send(line, x, deadline), ERR_OK);
    int peer = accept(listener, NULL, NULL);
    assert_int_equal(line_receive(line, byte, 8, line_deadline(line, 20), &got),
                     ERR_TIMEOUT);
    assert_int_equal(line_receive(line, byte, 8, deadline, &got), ERR_CLOSED);
    assert_int_equal(line_send(line, x, deadline), ERR_OK);
    int second = accept(listener, NULL, NULL);
    assert_int_equal(send(second, "yes", 3, 0), 3);
    assert_int_equal(line_receive(line, byte, 8, deadline, &got), ERR_OK);
    assert_int_equal(got, 3);
    (void)close(second);
    /* The peer left while nobody asked: the next request does not notice. */
    assert_int_equal(line_receive(line, byte, 8, deadline, &got), ERR_CLOSED);
    assert_int_equal(line_send(line, x, deadline), ERR_OK);
    line_counts(line, &counts);
    assert_int_equal(counts.connects, 3);
    assert_int_equal(counts.sent_bytes, 3);
    assert_int_equal(counts.received_bytes, 3);
    line_close(line);
    (void)close(peer);
    (void)close(listener);
}

static void modem_that_is_not_here(void **state)
{
    struct line *line = NULL;
    (void)state;
    assert_int_equal(line_open("modem:13800001111", &line), ERR_OK);
    assert_int_equal(line_send(line, bytes_of_text("x"), line_deadline(line, 10)),
                     ERR_REFUSED);
    line_close(line);
}

/* --- the record ------------------------------------------------------------------ */

struct seen {
    uint64_t n, first, last;
    size_t bytes;
    uint32_t cut;
};

static void see(void *context, const struct line_telegram *telegram)
{
    struct seen *seen = context;
    if (seen->n++ == 0) seen->first = telegram->number;
    seen->last = telegram->number;
    seen->bytes += telegram->bytes.n;
    seen->cut += telegram->cut_n;
    if (telegram->number > 1) assert_true(telegram->sent == (telegram->number % 2 == 1));
}

static void telegrams_are_remembered(void **state)
{
    int ends[2];
    struct line *line = NULL;
    struct seen seen = {0};
    uint8_t bytes[700] = {0};
    size_t got = 0;
    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(line_adopt("tcp:h:1", ends[0], &line), ERR_OK);
    int64_t deadline = line_deadline(line, 5000);
    for (size_t i = 0; i < 100; i++) {
        assert_int_equal(line_send(line, (struct bytes){bytes, 1 + i}, deadline), ERR_OK);
        for (size_t part = 0; part < 3; part++) { /* joins to one telegram */
            assert_int_equal(send(ends[1], bytes, 7, 0), 7);
            assert_int_equal(line_receive(line, bytes, 7, deadline, &got), ERR_OK);
        }
    }
    line_telegrams(line, 0, see, &seen);
    assert_int_equal(seen.last, 200);
    assert_int_equal(seen.first, 200 - seen.n + 1);
    assert_true(seen.n >= 16 && seen.bytes <= LINE_RING_BYTES);
    seen = (struct seen){0};
    line_telegrams(line, 198, see, &seen);
    assert_int_equal(seen.n, 2);
    assert_int_equal(seen.bytes, 100 + 21);
    /* A long one is cut, and says by how much. */
    for (size_t part = 0; part < 4; part++) {
        assert_int_equal(send(ends[1], bytes, 700, 0), 700);
        for (size_t n = 0; n < 700; n += got)
            assert_int_equal(line_receive(line, bytes, 700 - n, deadline, &got), ERR_OK);
    }
    seen = (struct seen){0};
    line_telegrams(line, 199, see, &seen);
    assert_int_equal(seen.bytes, 512);
    assert_int_equal(seen.cut, 21 + 2800 - 512);
    line_close(line);
    (void)close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_checked),
        cmocka_unit_test(addresses_are_split),
        cmocka_unit_test(serial_carries_every_byte),
        cmocka_unit_test(serial_is_ours_alone),
        cmocka_unit_test(serial_keeps_silence_and_drops_late_answers),
        cmocka_unit_test(tcp_connects_anew_after_silence),
        cmocka_unit_test(modem_that_is_not_here),
        cmocka_unit_test(telegrams_are_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
