/* tcp_test.c - deadlines against peers that refuse, are silent, drip and leave. */
#include "base/ensure.h"
#include "base/thread.h"
#include "check.h"
#include "link/tcp.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static int listen_somewhere(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, n), 0);
    assert_int_equal(listen(listener, 4), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &n), 0);
    *port = ntohs(address.sin_port);
    return listener;
}

static void sends_and_receives(void **state)
{
    struct tcp t;
    uint16_t port = 0;
    uint8_t bytes[8];
    size_t got = 0;
    int listener = listen_somewhere(&port);
    (void)state;
    tcp_open(&t);
    assert_int_equal(tcp_connect(&t, "127.0.0.1", port, 5000), ERR_OK);
    int peer = accept(listener, NULL, NULL);
    int64_t deadline = tcp_deadline(&t, 5000);
    assert_int_equal(tcp_send(&t, bytes_of_text("hello"), deadline), ERR_OK);
    assert_int_equal(recv(peer, bytes, 5, MSG_WAITALL), 5);
    assert_memory_equal(bytes, "hello", 5);
    assert_int_equal(send(peer, "abc", 3, 0), 3);
    assert_int_equal(tcp_receive(&t, bytes, sizeof bytes, deadline, &got), ERR_OK);
    assert_int_equal(got, 3);
    (void)close(peer);
    assert_int_equal(tcp_receive(&t, bytes, sizeof bytes, deadline, &got), ERR_CLOSED);
    tcp_close(&t);
    tcp_close(&t);
    (void)close(listener);
}

static void nobody_listens(void **state)
{
    struct tcp t;
    uint16_t port = 0;
    int listener = listen_somewhere(&port);
    (void)state;
    (void)close(listener);
    tcp_open(&t);
    assert_int_equal(tcp_connect(&t, "127.0.0.1", port, 5000), ERR_REFUSED);
    assert_int_equal(tcp_connect(&t, "no such host", port, 5000), ERR_REFUSED);
    assert_int_equal(t.handle, -1);
    tcp_close(&t);
}

static void silence_ends_by_the_deadline(void **state)
{
    struct tcp t;
    uint8_t byte;
    size_t got = 0;
    int ends[2];
    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    tcp_open(&t);
    tcp_adopt(&t, ends[0], 50);
    int64_t began = clock_mono_ms(&t.clock);
    assert_int_equal(tcp_receive(&t, &byte, 1, tcp_deadline(&t, 50), &got), ERR_TIMEOUT);
    assert_true(clock_mono_ms(&t.clock) - began >= 45);
    /* A deadline that has passed already does not wait at all. */
    assert_int_equal(tcp_receive(&t, &byte, 1, tcp_deadline(&t, -1), &got), ERR_TIMEOUT);
    assert_int_equal(tcp_send(&t, bytes_of_text("x"), tcp_deadline(&t, -1)), ERR_TIMEOUT);
    tcp_close(&t);
    (void)close(ends[1]);
}

static void *drip(void *context)
{
    int handle = *(int *)context;
    while (send(handle, "x", 1, MSG_NOSIGNAL) == 1) usleep(5000);
    return NULL;
}

static void dripping_does_not_hold_us(void **state)
{
    struct tcp t;
    struct thread thread = {0};
    uint8_t byte;
    size_t got = 0, n = 0;
    int ends[2];
    err e = ERR_OK;
    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    tcp_open(&t);
    tcp_adopt(&t, ends[0], 100);
    assert_int_equal(thread_start(&thread, "drip", drip, &ends[1]), ERR_OK);
    int64_t deadline = tcp_deadline(&t, 100);
    for (; !e; n++) e = tcp_receive(&t, &byte, 1, deadline, &got);
    assert_int_equal(e, ERR_TIMEOUT);
    assert_in_range(n, 2, 100);
    tcp_close(&t);
    thread_join(&thread);
    (void)close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sends_and_receives),
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(silence_ends_by_the_deadline),
        cmocka_unit_test(dripping_does_not_hold_us),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
