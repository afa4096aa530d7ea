/* alarms_replay_test.c - crashes: what is replayed raises nothing twice and loses
 * nothing.
 *
 * A log of random happenings (samples, some of them late, devices lost and found) is fed
 * to two alarms: one lives through it undisturbed, the other is written, saved (with the
 * position in the log, as the historian does), rolled back and killed at random, and then
 * fed again from the last save.  In the end both must hold the same records. */
#include "watch/alarms.h"

#include "base/ensure.h"
#include "base/file.h"
#include "check.h"
#include "model/quality.h"
#include "one_sample.h"
#include "small_city.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { RUNS_N = 8, HAPPENINGS_N = 400, RECORDS_N = 1024 };

static const int64_t origin_ms = 1700000000000;

static uint64_t draw(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static unsigned below(uint64_t *seed, unsigned n)
{
    return (unsigned)(draw(seed) % n);
}

struct happening {
    bool device; /* else a sample */
    bool answers;
    struct one_sample sample;
};

static double random_value(uint64_t *seed, uint32_t point)
{
    switch (point % 10) {
    case 1: return 50 + below(seed, 30);
    case 2: return 0.1 + below(seed, 20) / 100.0;
    default: return below(seed, 3) ? 0 : below(seed, 16);
    }
}

/* A backlog: one point's late samples in order, ten seconds apart, mostly too hot. */
static size_t make_backlog(uint64_t *seed, struct happening *log, size_t room_n,
                           int64_t now_ms)
{
    size_t n = 5 + below(seed, 20);
    if (n > room_n) n = room_n;
    int64_t start_ms = now_ms - 1000000 + below(seed, 500000);
    for (size_t i = 0; i < n; i++) {
        log[i] = (struct happening){
            .sample = {.time_ms = start_ms + (int64_t)i * 10000,
                       .point = EAST_TEMPERATURE,
                       .value = 58 + below(seed, 15)}
        };
    }
    return n;
}

static void make_log(uint64_t *seed, struct happening *log)
{
    int64_t now_ms = origin_ms;
    for (size_t i = 0; i < HAPPENINGS_N; i++) {
        if (below(seed, 40) == 0) {
            i += make_backlog(seed, log + i, HAPPENINGS_N - i, now_ms) - 1;
            continue;
        }
        now_ms += 1000 + below(seed, 12000);
        if (below(seed, 40) == 0) now_ms += 100000;
        uint32_t device = 1 + below(seed, 2), point = device * 10 + 1 + below(seed, 3);
        log[i] = (struct happening){
            .device = below(seed, 15) == 0,
            .answers = below(seed, 2),
            .sample = {.time_ms = now_ms, .point = point}
        };
        struct one_sample *sample = &log[i].sample;
        sample->value = random_value(seed, point);
        if (below(seed, 10) == 0) sample->quality = QUALITY_NO_ANSWER;
        if (below(seed, 6) == 0) sample->time_ms -= below(seed, 60000);
    }
}

struct side {
    char path[FILE_PATH_BYTES];
    struct clock clock;
    struct catalog *city;
    struct alarms *alarms;
    struct database *database; /* the historian's */
    size_t next, saved;        /* positions in the log */
};

static void side_start(struct side *side)
{
    assert_int_equal(alarms_open(side->path, &side->clock, &side->alarms), ERR_OK);
    assert_int_equal(alarms_catalog(side->alarms, side->city), ERR_OK);
    side->next = side->saved;
}

static void side_open(struct side *side, const char *folder, const char *name)
{
    *side = (struct side){.city = small_city(true)};
    assert_true(file_path(side->path, folder, name));
    clock_hand(&side->clock, origin_ms);
    assert_int_equal(database_open(side->path, &side->database), ERR_OK);
    side_start(side);
}

static void side_close(struct side *side)
{
    alarms_close(side->alarms);
    database_close(side->database);
    catalog_release(side->city);
}

static void side_feed(struct side *side, struct happening *log)
{
    struct happening *one = &log[side->next++];
    err e = one->device ? alarms_device(side->alarms, one->sample.point / 10,
                                        one->answers, one->sample.time_ms)
                        : alarms_block(side->alarms, one_block(&one->sample));
    assert_int_equal(e, ERR_OK);
}

static void side_save(struct side *side, bool commit)
{
    assert_int_equal(database_begin(side->database), ERR_OK);
    assert_int_equal(alarms_save(side->alarms, side->database), ERR_OK);
    if (commit) {
        assert_int_equal(database_commit(side->database), ERR_OK);
        side->saved = side->next;
    } else {
        database_rollback(side->database);
    }
}

static void side_disturb(struct side *side, uint64_t *seed)
{
    switch (below(seed, 24)) {
    case 0:
    case 1:
    case 2: assert_int_equal(alarms_write(side->alarms), ERR_OK); return;
    case 3: side_save(side, true); return;
    case 4: side_save(side, false); return;
    case 5: /* killed: what was not written is gone */
        alarms_close(side->alarms);
        side_start(side);
        return;
    default: return;
    }
}

struct records {
    struct alarm_record at[RECORDS_N];
    size_t n;
};

static err keep(void *context, const struct alarm_record *record)
{
    struct records *records = context;
    assert_true(records->n < RECORDS_N);
    records->at[records->n++] = *record;
    return ERR_OK;
}

static void read_all(struct side *side, struct records *records)
{
    struct alarms_filter filter = {.limit = RECORDS_N};
    records->n = 0;
    assert_int_equal(alarms_list(side->alarms, &filter, keep, records), ERR_OK);
}

static int by_key(const void *left, const void *right)
{
    const struct alarm_record *a = left, *b = right;
    if (a->raised_ms != b->raised_ms) return a->raised_ms < b->raised_ms ? -1 : 1;
    if (a->device != b->device) return a->device < b->device ? -1 : 1;
    if (a->point != b->point) return a->point < b->point ? -1 : 1;
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    return a->bit - b->bit;
}

/* Bit for bit, NaN included; ids and versions may differ. */
static void compare(struct records *got, struct records *want)
{
    qsort(got->at, got->n, sizeof got->at[0], by_key);
    qsort(want->at, want->n, sizeof want->at[0], by_key);
    for (size_t i = 0; i < got->n && i < want->n; i++) {
        struct alarm_record *g = &got->at[i], *w = &want->at[i];
        CHECK_EQ(w->text, by_key(g, w), 0);
        CHECK_EQ(w->text, g->returned_ms, w->returned_ms);
        CHECK_EQ(w->text, g->late, w->late);
        CHECK_EQ(w->text, memcmp(&g->value_at_raise, &w->value_at_raise, sizeof(double)),
                 0);
        CHECK_EQ(w->text, memcmp(&g->extreme, &w->extreme, sizeof(double)), 0);
        CHECK_TEXT(w->text, g->text, w->text);
    }
    CHECK_EQ("records", got->n, want->n);
}

static err remove_one(void *context, const char *name)
{
    char path[FILE_PATH_BYTES];
    return file_path(path, context, name) ? file_remove(path) : ERR_RANGE;
}

static size_t one_run(uint64_t run)
{
    static struct happening log[HAPPENINGS_N];
    static struct records got, want;
    struct side calm, rough;
    uint64_t seed = (run + 1) * 0x9e3779b97f4a7c15u;
    char folder[] = "/tmp/alarms_replay_test.XXXXXX";
    assert_non_null(mkdtemp(folder));
    make_log(&seed, log);
    side_open(&calm, folder, "calm.db");
    side_open(&rough, folder, "rough.db");
    while (calm.next < HAPPENINGS_N) side_feed(&calm, log);
    while (rough.next < HAPPENINGS_N) {
        side_feed(&rough, log);
        side_disturb(&rough, &seed);
    }
    int64_t end_ms = log[HAPPENINGS_N - 1].sample.time_ms + 1000000;
    assert_int_equal(alarms_tick(calm.alarms, end_ms), ERR_OK);
    assert_int_equal(alarms_tick(rough.alarms, end_ms), ERR_OK);
    assert_int_equal(alarms_write(calm.alarms), ERR_OK);
    assert_int_equal(alarms_write(rough.alarms), ERR_OK);
    read_all(&calm, &want);
    read_all(&rough, &got);
    compare(&got, &want);
    side_close(&calm);
    side_close(&rough);
    assert_int_equal(folder_each(folder, remove_one, folder), ERR_OK);
    rmdir(folder);
    return want.n;
}

static void crashes_change_no_record(void **state)
{
    (void)state;
    size_t records_n = 0;
    for (uint64_t run = 0; run < RUNS_N; run++) records_n += one_run(run);
    assert_true(records_n > RUNS_N * 50);
}

/* A tick raised it; the sample that denies it was in the log already when the server
 * died. */
static void what_a_replay_denies_is_returned(void **state)
{
    (void)state;
    struct side side;
    char folder[] = "/tmp/alarms_replay_test.XXXXXX";
    assert_non_null(mkdtemp(folder));
    side_open(&side, folder, "records.db");
    struct happening log[] = {
        {.sample = {.time_ms = origin_ms, .point = EAST_PRESSURE, .value = 0.18}},
        {.sample = {.time_ms = origin_ms + 10000, .point = EAST_PRESSURE, .value = 0.5}},
    };
    side_feed(&side, log);
    assert_int_equal(alarms_terminal(side.alarms, 1, false, origin_ms), ERR_OK);
    assert_int_equal(alarms_tick(side.alarms, origin_ms + 60000), ERR_OK);
    assert_int_equal(alarms_write(side.alarms), ERR_OK);
    struct records records;
    read_all(&side, &records);
    assert_int_equal(records.n, 2);

    alarms_close(side.alarms);
    side_start(&side);
    while (side.next < COUNT(log)) side_feed(&side, log);
    read_all(&side, &records);
    assert_int_equal(records.at[0].returned_ms, 0);
    assert_int_equal(alarms_tick(side.alarms, origin_ms + 70000), ERR_OK);
    assert_int_equal(alarms_write(side.alarms), ERR_OK);
    read_all(&side, &records);
    assert_int_equal(records.n, 2);
    assert_int_equal(records.at[0].kind, ALARM_LOW);
    assert_int_equal(records.at[0].returned_ms,
                     origin_ms + 30000); /* not before it was raised */
    /* The terminal is still away; its return is news. */
    assert_int_equal(records.at[1].returned_ms, 0);
    assert_int_equal(alarms_terminal(side.alarms, 1, true, origin_ms + 80000), ERR_OK);
    assert_int_equal(alarms_write(side.alarms), ERR_OK);
    read_all(&side, &records);
    assert_int_equal(records.at[1].returned_ms, origin_ms + 80000);
    side_close(&side);
    assert_int_equal(folder_each(folder, remove_one, folder), ERR_OK);
    rmdir(folder);
}

static void what_was_pending_ripens_after_a_restart(void **state)
{
    (void)state;
    struct side side;
    char folder[] = "/tmp/alarms_replay_test.XXXXXX";
    assert_non_null(mkdtemp(folder));
    side_open(&side, folder, "records.db");
    struct happening log[] = {
        {.sample = {.time_ms = origin_ms, .point = EAST_PRESSURE, .value = 0.18}}};
    side_feed(&side, log);
    side_save(&side, true);
    alarms_close(side.alarms);
    side_start(&side);
    assert_int_equal(alarms_tick(side.alarms, origin_ms + 40000), ERR_OK);
    assert_int_equal(alarms_write(side.alarms), ERR_OK);
    struct records records;
    read_all(&side, &records);
    assert_int_equal(records.n, 1);
    assert_int_equal(records.at[0].raised_ms, origin_ms + 30000);
    side_close(&side);
    assert_int_equal(folder_each(folder, remove_one, folder), ERR_OK);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crashes_change_no_record),
        cmocka_unit_test(what_was_pending_ripens_after_a_restart),
        cmocka_unit_test(what_a_replay_denies_is_returned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
