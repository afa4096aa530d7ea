/* crash_test.c - a writer is killed at a random moment, thirty times over: what it was
 * told is durable is there afterwards, once, in the raw log and in the history behind it.
 *
 * Kill -9 leaves the page cache alone, so this proves the order of things (commit before
 * acknowledgement, one transaction a flush, sealing), not the syncs: power cuts do that.
 */
#include "store/historian.h"
#include "store/rawlog.h"
#include "store/received.h"

#include "store_check.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

enum { ROUNDS = 30, LONGEST_MS = 60, SPOOL = 3 };

#define BEGIN_MS INT64_C(1774569600000)

struct server {
    char folder[FILE_PATH_BYTES], log_folder[FILE_PATH_BYTES], path[FILE_PATH_BYTES];
    struct rawlog *log;
    struct historian *historian;
    struct received *received;
    struct database *database;
    struct calendar *calendar;
};

static err also_received(void *context, struct database *database)
{
    struct server *s = context;
    return received_save(s->received, database);
}

static int64_t time_of(uint64_t number)
{
    return BEGIN_MS + (int64_t)number * 20000;
}

/* As a server applies a record: once, by its sequence. */
static err apply(struct server *s, uint64_t number)
{
    err e = received_add(s->received, "T1", SPOOL, number);
    if (e) return e;
    int64_t times[] = {time_of(number)};
    uint32_t points[] = {1, 2};
    double values[] = {(double)number, (double)number / 10};
    uint8_t qualities[] = {0, 0};
    struct block block = {1, 1, 2, times, points, values, qualities};
    return historian_append(s->historian, &block);
}

static err replay(struct server *s)
{
    struct rawlog_cursor *cursor = NULL;
    struct rawlog_record record;
    err e = rawlog_read_open(s->log_folder, NULL, historian_checkpoint(s->historian) + 1,
                             &cursor);
    while (!e) {
        e = rawlog_read(cursor, &record);
        if (!e) e = apply(s, record.number);
    }
    rawlog_read_close(cursor);
    return e == ERR_SHORT ? ERR_OK : e;
}

static err server_open(struct server *s)
{
    char why[RAWLOG_WHY_BYTES];
    uint64_t torn = 0;
    struct rawlog_options log_options = {.folder = s->log_folder,
                                         .seal_bytes = 6000,
                                         .seal_ms = INT64_MAX,
                                         .keep_ms = INT64_MAX / 2};
    struct historian_options options = {.database_path = s->path,
                                        .calendar = s->calendar,
                                        .head_bytes_max = 4000,
                                        .head_span_ms = INT64_MAX};
    err e = rawlog_open(&log_options, &s->log, &torn, why);
    if (!e) e = historian_open(&options, &s->historian);
    if (!e) e = database_open(s->path, &s->database);
    if (!e) e = received_open(&s->received);
    if (!e) e = received_load(s->received, s->database);
    return e ? e : replay(s);
}

static void server_close(struct server *s)
{
    received_close(s->received);
    database_close(s->database);
    historian_close(s->historian);
    rawlog_close(s->log);
}

/* The child: append, commit, tell, apply, flush now and then, until it is killed. */
static void serve(struct server *s, int tell)
{
    err e = server_open(s);
    uint8_t bytes[64] = {0};
    while (!e) {
        struct rawlog_record record = {
            .terminal = "T1", .spool = SPOOL, .bytes = {bytes, sizeof bytes}};
        uint64_t next = rawlog_last_number(s->log) + 1;
        memcpy(bytes, &next, sizeof next);
        record.sequence = next;
        record.received_ms = time_of(next);
        e = rawlog_append(s->log, &record);
        if (!e) e = rawlog_commit(s->log);
        if (e) break;
        if (write(tell, &next, sizeof next) != sizeof next) break;
        e = apply(s, next);
        if (!e && historian_flush_due(s->historian)) {
            e = historian_flush(s->historian, next, also_received, s);
        }
        if (!e) e = rawlog_maintain(s->log, record.received_ms);
    }
    _exit(7); /* nobody killed it: something failed */
}

static uint64_t round_run(struct server *s, unsigned sleep_us)
{
    int ends[2];
    ensure(pipe(ends) == 0);
    pid_t child = fork();
    ensure(child >= 0);
    if (child == 0) {
        (void)close(ends[0]);
        serve(s, ends[1]);
    }
    (void)close(ends[1]);
    uint64_t number, last = 0;
    /* The time runs from the first commit on, so that start-up is killed as well as work.
     */
    if (sleep_us % 4 && read(ends[0], &number, sizeof number) == sizeof number)
        last = number;
    usleep(sleep_us);
    (void)kill(child, SIGKILL);
    int status = 0;
    ensure(waitpid(child, &status, 0) == child);
    CHECK("was killed", WIFSIGNALED(status));
    while (read(ends[0], &number, sizeof number) == sizeof number) last = number;
    (void)close(ends[0]);
    return last;
}

struct count {
    uint64_t next;
};

static err count_each(void *context, const struct history_sample *samples, size_t n)
{
    struct count *count = context;
    for (size_t i = 0; i < n; i++, count->next++) {
        CHECK_EQ("time", samples[i].time_ms, time_of(count->next));
        CHECK_EQ("value", (int64_t)samples[i].value, count->next);
    }
    return ERR_OK;
}

static void state_check(struct server *s, uint64_t acked)
{
    CHECK_EQ("server opens", server_open(s), ERR_OK);
    uint64_t last = rawlog_last_number(s->log);
    CHECK("nothing acknowledged is lost", last >= acked);
    struct count count = {1};
    struct history_range range = {1, 1, 0, INT64_MAX};
    CHECK_EQ("raw", historian_raw(s->historian, &range, count_each, &count), ERR_OK);
    CHECK_EQ("every record once", count.next - 1, last);
    struct received_span span = {0};
    if (last) CHECK("received", received_span(s->received, "T1", SPOOL, &span));
    CHECK_EQ("none missing", span.missing, 0);
    CHECK_EQ("highest", span.highest, last);
    struct rawlog_report report;
    CHECK_EQ("verify", rawlog_verify(s->log_folder, NULL, &report), ERR_OK);
    char why[200];
    CHECK_EQ("database", database_check(s->database, why, sizeof why), ERR_OK);
    server_close(s);
}

static void killed_at_any_moment(void **state)
{
    (void)state;
    struct server s = {0};
    struct random random = random_open(4711);
    scratch_make(s.folder);
    scratch_path(s.log_folder, s.folder, "log");
    scratch_path(s.path, s.folder, "history.db");
    assert_int_equal(calendar_open_zone("Asia/Shanghai", &s.calendar), ERR_OK);
    uint64_t acked = 0;
    for (int i = 0; i < ROUNDS; i++) {
        uint64_t last = round_run(&s, (unsigned)random_below(&random, LONGEST_MS * 1000));
        if (last > acked) acked = last;
        state_check(&s, acked);
    }
    print_message("%d kills, %llu records acknowledged, 0 lost\n", ROUNDS,
                  (unsigned long long)acked);
    CHECK("it did work", acked > ROUNDS);
    calendar_close(s.calendar);
    scratch_remove(s.folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_at_any_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
