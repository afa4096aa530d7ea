/* modems_test.c - real calls over loopback: register, talk, beat, dial anew, stay silent.
 */
#include "base/clock.h"
#include "base/log.h"
#include "check.h"
#include "link/line.h"
#include "link/modems.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_MS = 5000 };

static struct modems *start(const char *registration, const char *heartbeats,
                            uint32_t idle_ms)
{
    struct modems *modems = NULL;
    struct modems_options options = {
        .listen = "127.0.0.1:0",
        .registration = registration,
        .heartbeats = heartbeats,
        .calls_max = 4,
        .registration_ms = 300,
        .idle_ms = idle_ms,
    };
    char why[MODEM_WHY_BYTES] = "";
    if (modems_open(&options, &modems, why, sizeof why)) fail_msg("%s", why);
    return modems;
}

static int dial(const struct modems *modems, const char *packet)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(modems_port(modems)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int handle = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(handle, (struct sockaddr *)&to, sizeof to), 0);
    size_t n = strlen(packet);
    assert_int_equal(send(handle, packet, n, 0), n);
    return handle;
}

static void pause_ms(int64_t ms)
{
    struct clock clock;
    clock_machine(&clock);
    clock_sleep_until(&clock, clock_mono_ms(&clock) + ms);
}

static void wait_registrations(struct modems *modems, uint64_t n)
{
    struct modems_counts counts = {0};
    for (int i = 0; i < PATIENCE_MS / 5 && counts.registrations < n; i++) {
        pause_ms(5);
        modems_counts(modems, &counts);
    }
    assert_int_equal(counts.registrations, n);
}

static struct line *line_to(struct modems *modems, const char *name)
{
    struct line *line = NULL;
    assert_int_equal(line_open(name, &line), ERR_OK);
    line_use_modems(line, modems);
    return line;
}

static void expect_text(int handle, const char *text)
{
    char got[64];
    ssize_t n = recv(handle, got, strlen(text), MSG_WAITALL);
    assert_int_equal(n, strlen(text));
    assert_memory_equal(got, text, strlen(text));
}

static void expect_answer(struct line *line, const char *text)
{
    uint8_t got[64];
    size_t n = 0, more = 0;
    while (n < strlen(text)) {
        assert_int_equal(line_receive(line, got + n, sizeof got - n,
                                      line_deadline(line, PATIENCE_MS), &more),
                         ERR_OK);
        n += more;
    }
    assert_int_equal(n, strlen(text));
    assert_memory_equal(got, text, n);
}

static void say(int handle, const char *text)
{
    assert_int_equal(send(handle, text, strlen(text), 0), strlen(text));
}

static err ask(struct line *line, const char *text)
{
    return line_send(line, bytes_of_text(text), line_deadline(line, PATIENCE_MS));
}

static void talks_between_heartbeats(void **state)
{
    struct modems *modems = start("REG:{digits:11}", "HEART", 60000);
    (void)state;
    struct line *line = line_to(modems, "modem:13800001111");
    assert_int_equal(ask(line, "x"), ERR_REFUSED);
    int modem = dial(modems, "REG:13800001111HEARTunasked");
    wait_registrations(modems, 1);
    assert_int_equal(ask(line, "one?"), ERR_OK);
    expect_text(modem, "one?");
    say(modem, "HEARTansHEARTwer");
    expect_answer(line, "answer");
    assert_int_equal(ask(line, "two?"), ERR_OK);
    expect_text(modem, "two?");
    uint8_t byte;
    size_t got = 0;
    assert_int_equal(line_receive(line, &byte, 1, line_deadline(line, 30), &got),
                     ERR_TIMEOUT);
    say(modem, "late"); /* thrown away by the next request, the call stays */
    pause_ms(50);
    assert_int_equal(ask(line, "three?"), ERR_OK);
    expect_text(modem, "three?");
    say(modem, "3");
    expect_answer(line, "3");
    struct modems_counts counts;
    modems_counts(modems, &counts);
    assert_int_equal(counts.heartbeats, 3);
    assert_int_equal(counts.registered_n, 1);
    line_close(line);
    (void)close(modem);
    modems_close(modems);
}

static void dials_anew(void **state)
{
    struct modems *modems = start("{digits:3}", "", 60000);
    (void)state;
    struct line *line = line_to(modems, "modem:123");
    int old = dial(modems, "123");
    wait_registrations(modems, 1);
    assert_int_equal(ask(line, "old?"), ERR_OK);
    int new = dial(modems, "123");
    uint8_t byte;
    size_t got = 0;
    /* Who waits for the old call is told at once, and the next request is the new's. */
    assert_int_equal(line_receive(line, &byte, 1, line_deadline(line, PATIENCE_MS), &got),
                     ERR_CLOSED);
    wait_registrations(modems, 2);
    assert_int_equal(ask(line, "new?"), ERR_OK);
    expect_text(new, "new?");
    expect_text(old, "old?");
    assert_int_equal(recv(old, &byte, 1, 0), 0);
    say(new, "yes");
    expect_answer(line, "yes");
    (void)close(new);
    assert_int_equal(line_receive(line, &byte, 1, line_deadline(line, PATIENCE_MS), &got),
                     ERR_CLOSED);
    assert_int_equal(ask(line, "x"), ERR_REFUSED);
    line_close(line);
    (void)close(old);
    modems_close(modems);
}

static void expect_hang_up(int handle)
{
    uint8_t byte;
    assert_true(recv(handle, &byte, 1, 0) <= 0);
    (void)close(handle);
}

static void strangers_and_the_silent_are_hung_up_on(void **state)
{
    struct modems *modems = start("{digits:3}|{text}\\n", "", 200);
    (void)state;
    expect_hang_up(dial(modems, "\x01\x02\x03\n"));
    expect_hang_up(dial(modems, ""));   /* says nothing */
    expect_hang_up(dial(modems, "12")); /* not all of it */
    int modem = dial(modems, "123");
    wait_registrations(modems, 1);
    expect_hang_up(modem);
    struct modems_counts counts;
    modems_counts(modems, &counts);
    assert_int_equal(counts.refused, 3);
    assert_int_equal(counts.idle, 1);
    modems_close(modems);
}

static void names_never_seen_again_make_room(void **state)
{
    struct modems *modems = start("{digits:3}", "", 60000);
    char name[4] = "100";
    (void)state;
    for (int i = 0; i < 10; i++) { /* calls_max is 4 */
        name[2] = (char)('0' + i);
        int modem = dial(modems, name);
        wait_registrations(modems, (uint64_t)i + 1);
        (void)close(modem);
        struct modems_counts counts = {.calls_n = 1};
        for (int t = 0; t < 1000 && counts.calls_n; t++) {
            pause_ms(2);
            modems_counts(modems, &counts);
        }
    }
    modems_close(modems);
}

static void wrong_options_are_told(void **state)
{
    static const struct {
        const char *listen, *registration, *heartbeats, *says;
    } rows[] = {
        {"5020", "{digits}", "", "ADDR:PORT"},
        {"127.0.0.1:x", "{digits}", "", "ADDR:PORT"},
        {"127.0.0.1:0", "{digit}", "", "registration: a field"},
        {"127.0.0.1:0", "{digits}", "{", "heartbeats: a {"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct modems *modems = NULL;
        struct modems_options options = {
            rows[i].listen, rows[i].registration, rows[i].heartbeats, 4, 1000, 1000};
        char why[MODEM_WHY_BYTES] = "";
        assert_int_equal(modems_open(&options, &modems, why, sizeof why), ERR_RANGE);
        if (!strstr(why, rows[i].says)) fail_msg("%s", why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(talks_between_heartbeats),
        cmocka_unit_test(dials_anew),
        cmocka_unit_test(strangers_and_the_silent_are_hung_up_on),
        cmocka_unit_test(names_never_seen_again_make_room),
        cmocka_unit_test(wrong_options_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
