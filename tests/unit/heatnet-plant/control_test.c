/* control_test.c - the words of the control line, the socket around it, and the pace. */
#include "heatnet-plant/control.h"

#include "base/ensure.h"
#include "base/thread.h"
#include "check.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const int64_t january_s = 1768435200; /* 2026-01-15T00:00:00Z */

struct fixture {
    struct plant *plant;
    struct pace pace;
    struct faults faults;
    struct loop loop;
    struct modbus_server *server;
    struct session session;
};

static void set_up(struct fixture *f)
{
    *f = (struct fixture){.pace = {.held = true, .target_s = january_s}};
    clock_machine(&f->pace.real);
    clock_machine(&f->pace.clock);
    assert_int_equal(plant_open(1, january_s, &f->plant), ERR_OK);
    assert_int_equal(loop_open(&f->loop), ERR_OK);
    struct modbus_server_settings settings = {0, NULL};
    err e = modbus_server_open(settings, f->plant, &f->loop, &f->server);
    assert_int_equal(e, ERR_OK);
    f->session = (struct session){f->plant, &f->pace, f->server, &f->faults};
}

static void tear_down(struct fixture *f)
{
    modbus_server_close(f->server);
    loop_close(&f->loop);
    plant_close(f->plant);
}

/* In this order: each on what the ones before have left.  `end` is the last line. */
static const struct {
    const char *line, *start, *end;
    int waits_s;
} rows[] = {
    {"time", "1768435200000 2026-01-15T00:00:00.000Z\n", "ok\n", 0},
    {"status", "1768435200000 2026-01-15T00:00:00.000Z\nheld\nbehind_s 0\n", "ok\n", 0},
    {"ports", "Y1 ", "ok\n", 0},
    {"catalog", "kind,code,name,", "ok\n", 0},
    {"  points   S01 ", "primary_supply_temperature ", "ok\n", 0},
    {"points", "error: the form is: points SITE (unknown)\n", "", 0},
    {"value S01 tank_level", "true ", "ok\n", 0},
    {"value S01 none", "error: the site has no such point (unknown)\n", "", 0},
    {"value S99 tank_level", "error: no such site (unknown)\n", "", 0},
    {"value S01", "error: name a site and a point (short)\n", "", 0},
    {"set S01 circulation_frequency_set 35", "ok\n", "", 0},
    {"set S01 circulation_frequency_set 55", "error: allowed are 20 .. 50 Hz (range)\n", "",
     0},
    {"set S01 circulation_frequency_set much", "error: the form is: set", "(type)\n", 0},
    {"set S01 tank_level 1", "error: this point can only be read (denied)\n", "", 0},
    {"faults", "ok\n", "", 0},
    {"fault S02 leak 4", "ok\n", "", 0},
    {"fault S02-H01 stuck-valve 0", "ok\n", "", 0},
    {"fault S02 leak x", "error: not a number: 'x' (type)\n", "", 0},
    {"faults", "S02 leak 4\nS02-H01 stuck-valve 0\n", "ok\n", 0},
    {"clear S02", "ok\n", "", 0},
    {"faults", "S02-H01 stuck-valve 0\n", "ok\n", 0},
    {"clear S98", "error: no such site (unknown)\n", "", 0},
    {"clear", "ok\n", "", 0},
    {"advance +60", "ok\n", "", 60},
    {"advance +60s", "ok\n", "", 60},
    {"advance 1768435300000", "ok\n", "", 100},
    {"advance 2026-01-15T00:10:00Z", "ok\n", "", 600},
    {"advance 2026-01-14T00:10:00Z", "error: that time is past (range)\n", "", 0},
    {"advance", "error: the form is: advance", "(type)\n", 0},
    {"advance +x", "error: the form is: advance", "(type)\n", 0},
    {"advance -5", "error: ", ")\n", 0},
    {"run", "1768435200000", "ok\n", 0},
    {"advance +60", "error: the plant follows a clock (--hold) (state)\n", "", 0},
    {"hold", "1768435200000", "ok\n", 0},
    {"help", "  status", "ok\n", 0},
    {"", "error: unknown command, try: help\n", "", 0},
    {"shutdown", "error: unknown command, try: help\n", "", 0},
};

static bool fits(const struct buffer *answer, size_t i)
{
    size_t start_n = strlen(rows[i].start), end_n = strlen(rows[i].end);
    return answer->n >= start_n && answer->n >= end_n &&
           memcmp(answer->at, rows[i].start, start_n) == 0 &&
           memcmp(answer->at + answer->n - end_n, rows[i].end, end_n) == 0;
}

static void all_rows(void **state)
{
    (void)state;
    struct fixture f;
    struct buffer answer;

    set_up(&f);
    buffer_open(&answer, COMMAND_ANSWER_BYTES_MAX);
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t until_s = -1;
        buffer_clear(&answer);
        command_run(&f.session, rows[i].line, &answer, &until_s);
        if (!fits(&answer, i))
            print_error("%s: %.*s\n", rows[i].line, (int)answer.n, (char *)answer.at);
        CHECK(rows[i].line, fits(&answer, i));
        CHECK_EQ(rows[i].line, until_s,
                 rows[i].waits_s ? january_s + rows[i].waits_s : 0);
    }
    assert_true(f.plant->stations[0].pump_set_hz == 35);
    buffer_close(&answer);
    tear_down(&f);
}

/* Advancing ends at the very second, in slices. */
static void pace_of_held_plant(void **state)
{
    (void)state;
    struct fixture f;
    int slices_n = 1;

    set_up(&f);
    assert_true(pace_work(&f.pace, f.plant));
    assert_int_equal(f.plant->utc_s, january_s);
    assert_true(pace_wait_ms(&f.pace, f.plant) > 0);
    f.pace.target_s += 20000;
    while (!pace_work(&f.pace, f.plant)) {
        assert_int_equal(pace_wait_ms(&f.pace, f.plant), 0);
        slices_n++;
    }
    assert_true(slices_n > 3);
    assert_int_equal(f.plant->utc_s, january_s + 20000);

    /* Far from the clock it goes on from where it is; near to it, it catches up. */
    pace_run(&f.pace, f.plant);
    assert_true(llabs(pace_target_s(&f.pace) - f.plant->utc_s) <= 1);
    clock_hand(&f.pace.clock, (f.plant->utc_s + 100) * 1000);
    f.pace.held = true;
    pace_run(&f.pace, f.plant);
    assert_int_equal(pace_target_s(&f.pace), f.plant->utc_s + 100);
    while (!pace_work(&f.pace, f.plant))
        ;
    assert_int_equal(f.plant->utc_s, january_s + 20100);
    tear_down(&f);
}

struct caller {
    const char *path;
    char *words[4];
    int words_n;
    err result;
    int done_handle;
};

static void *caller_run(void *context)
{
    struct caller *caller = context;
    caller->result = control_call(caller->path, caller->words_n, caller->words);
    (void)close(caller->done_handle);
    return NULL;
}

static err call(struct fixture *f, struct control *control, struct caller caller)
{
    struct thread thread = {0};
    int handles[2];
    char byte;

    assert_int_equal(pipe2(handles, O_NONBLOCK | O_CLOEXEC), 0);
    caller.done_handle = handles[1];
    assert_int_equal(thread_start(&thread, "caller", caller_run, &caller), ERR_OK);
    while (read(handles[0], &byte, 1) < 0) {
        (void)pace_work(&f->pace, f->plant);
        control_moved(control);
        int wait_ms = pace_wait_ms(&f->pace, f->plant);
        loop_turn(&f->loop, wait_ms > 20 ? 20 : wait_ms);
    }
    thread_join(&thread);
    (void)close(handles[0]);
    return caller.result;
}

static void over_the_socket(void **state)
{
    (void)state;
    struct fixture f;
    struct control *control = NULL, *second = NULL;
    struct stat stat_of;
    char path[64];

    set_up(&f);
    (void)snprintf(path, sizeof path, "control-%ld", (long)getpid());
    assert_int_equal(control_open(path, &f.session, &f.loop, &control), ERR_OK);
    assert_int_equal(stat(path, &stat_of), 0);
    assert_int_equal(stat_of.st_mode & 0777, 0600);
    assert_int_equal(control_open(path, &f.session, &f.loop, &second), ERR_BUSY);

    assert_int_equal(call(&f, control, (struct caller){path, {"time"}, 1, ERR_N, -1}),
                     ERR_OK);
    assert_int_equal(call(&f, control, (struct caller){path, {"nonsense"}, 1, ERR_N, -1}),
                     ERR_REFUSED);
    struct caller advance = {path, {"advance", "+3600"}, 2, ERR_N, -1};
    assert_int_equal(call(&f, control, advance), ERR_OK);
    assert_int_equal(f.plant->utc_s, january_s + 3600);
    assert_int_equal(call(&f, control, (struct caller){path, {"catalog"}, 1, ERR_N, -1}),
                     ERR_OK);
    control_close(control);
    assert_int_not_equal(stat(path, &stat_of), 0);
    assert_int_equal(control_call(path, 1, (char *[]){"time"}), ERR_UNKNOWN);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_rows),
        cmocka_unit_test(pace_of_held_plant),
        cmocka_unit_test(over_the_socket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
