/* historian_model_test.c - the historian against a naive array: random blocks, in order,
 * late, out of order and repeated, flushed at any time, over days of 23 and 25 hours. */
#include "store/historian.h"

#include "model/quality.h"
#include "store_check.h"

#include <math.h>

enum {
    DEVICES_N = 2,
    POINTS_N = 5,
    SAMPLES_MAX = 40000,
    COLUMNS = POINTS_N,
    ROWS_MAX = 50
};

#define HOUR_MS 3600000
#define BEGIN_MS 1774569600000 /* 2026-03-27T00:00Z; summer time begins on the 29th */
#define SPAN_MS (INT64_C(4) * 24 * HOUR_MS)

struct naive {
    struct history_sample at[SAMPLES_MAX]; /* by time */
    size_t n;
};

struct world {
    struct naive points[DEVICES_N][POINTS_N]; /* point id = device * 100 + i + 1 */
    struct historian *historian;
    struct calendar *calendar;
    struct seal *seal; /* NULL: plain */
    struct random random;
    int64_t end_ms; /* the last row of the block before, to be repeated now and then */
    bool dense; /* a sample every second or two: rolled up by the hour */
    char folder[FILE_PATH_BYTES], path[FILE_PATH_BYTES];
    uint64_t checkpoint;
};

static void world_open_historian(struct world *w)
{
    struct historian_options options = {.database_path = w->path,
                                        .seal = w->seal,
                                        .calendar = w->calendar,
                                        .head_bytes_max = 1 << 20,
                                        .head_span_ms = HOUR_MS};
    assert_int_equal(historian_open(&options, &w->historian), ERR_OK);
    assert_int_equal(historian_checkpoint(w->historian), w->checkpoint);
}

static struct world *world_open(uint64_t seed)
{
    struct world *w = memory_new(1, sizeof *w);
    ensure(w != NULL);
    w->random = random_open(seed);
    scratch_make(w->folder);
    scratch_path(w->path, w->folder, "history.db");
    if (seed % 2) w->seal = scratch_keys(w->folder);
    assert_int_equal(calendar_open_zone("Europe/Berlin", &w->calendar), ERR_OK);
    world_open_historian(w);
    return w;
}

static void world_close(struct world *w)
{
    historian_close(w->historian);
    calendar_close(w->calendar);
    seal_close(w->seal);
    scratch_remove(w->folder);
    memory_free(w);
}

/* --- the naive side ----------------------------------------------------------------- */

static void naive_set(struct naive *naive, struct history_sample sample)
{
    size_t at = naive->n;
    while (at > 0 && naive->at[at - 1].time_ms > sample.time_ms) at--;
    if (at > 0 && naive->at[at - 1].time_ms == sample.time_ms) {
        naive->at[at - 1] = sample;
        return;
    }
    ensure(naive->n < SAMPLES_MAX);
    memmove(&naive->at[at + 1], &naive->at[at], (naive->n - at) * sizeof sample);
    naive->at[at] = sample;
    naive->n++;
}

struct expected {
    uint64_t n, bad_n;
    double min, max, sum, first, last, increase, held, weight;
    int64_t first_ms, last_ms;
};

static bool usable(const struct history_sample *sample)
{
    return sample->quality < 128 && !isnan(sample->value);
}

static double hold_ms(int64_t from_ms, int64_t to_ms)
{
    int64_t held = to_ms - from_ms;
    if (held > 2 * HOUR_MS) held = 2 * HOUR_MS;
    return held > 0 ? (double)held : 0;
}

/* What [from, to) holds; *carry is the usable value before it within the range asked. */
static struct expected naive_sum(const struct naive *naive, int64_t from_ms,
                                 int64_t to_ms, double *carry)
{
    struct expected e = {.min = NAN, .max = NAN, .first = NAN, .last = NAN};
    for (size_t i = 0; i < naive->n; i++) {
        const struct history_sample *s = &naive->at[i];
        if (s->time_ms < from_ms || s->time_ms >= to_ms) continue;
        if (!usable(s)) {
            e.bad_n++;
            continue;
        }
        if (e.n) {
            e.held += e.last * hold_ms(e.last_ms, s->time_ms);
            e.weight += hold_ms(e.last_ms, s->time_ms);
        } else {
            e.first = s->value;
            e.first_ms = s->time_ms;
        }
        if (!isnan(*carry) && s->value > *carry) e.increase += s->value - *carry;
        *carry = e.last = s->value;
        e.last_ms = s->time_ms;
        e.min = fmin(e.min, s->value);
        e.max = fmax(e.max, s->value);
        e.sum += s->value;
        e.n++;
    }
    if (e.n) {
        e.held += e.last * hold_ms(e.last_ms, to_ms);
        e.weight += hold_ms(e.last_ms, to_ms);
    }
    return e;
}

/* --- comparing ---------------------------------------------------------------------- */

static bool close_to(double a, double b)
{
    if (isnan(a) || isnan(b)) return isnan(a) && isnan(b);
    return fabs(a - b) <= 1e-9 * fmax(1, fmax(fabs(a), fabs(b)));
}

static void bucket_check(const struct history_bucket *got, const struct expected *want,
                         const char *row)
{
    CHECK_EQ(row, got->n, want->n);
    CHECK_EQ(row, got->bad_n, want->bad_n);
    CHECK(row, close_to(got->min, want->min));
    CHECK(row, close_to(got->max, want->max));
    CHECK(row, close_to(got->first, want->first));
    CHECK(row, close_to(got->last, want->last));
    if (want->n == 0) {
        CHECK(row, isnan(got->mean) && isnan(got->sum) && isnan(got->increase));
        return;
    }
    CHECK_EQ(row, got->first_ms, want->first_ms);
    CHECK_EQ(row, got->last_ms, want->last_ms);
    CHECK(row, close_to(got->sum, want->sum));
    CHECK(row, close_to(got->increase, want->increase));
    double mean =
        want->weight > 0 ? want->held / want->weight : want->sum / (double)want->n;
    CHECK(row, close_to(got->mean, mean));
}

struct raw_check {
    const struct naive *naive;
    size_t at, n;
};

static err raw_each(void *context, const struct history_sample *samples, size_t n)
{
    struct raw_check *check = context;
    for (size_t i = 0; i < n; i++, check->at++, check->n++) {
        CHECK("raw", check->at < check->naive->n);
        const struct history_sample *want = &check->naive->at[check->at];
        CHECK_EQ("raw time", samples[i].time_ms, want->time_ms);
        CHECK_EQ("raw quality", samples[i].quality, want->quality);
        CHECK_EQ("raw value", double_bits(samples[i].value), double_bits(want->value));
    }
    return ERR_OK;
}

static struct history_range range_random(struct world *w, int *device, int *point)
{
    *device = (int)random_below(&w->random, DEVICES_N);
    *point = (int)random_below(&w->random, POINTS_N);
    int64_t a =
        BEGIN_MS - HOUR_MS + (int64_t)random_below(&w->random, SPAN_MS + 2 * HOUR_MS);
    int64_t b =
        BEGIN_MS - HOUR_MS + (int64_t)random_below(&w->random, SPAN_MS + 2 * HOUR_MS);
    if (random_below(&w->random, 3) == 0) { /* on local midnight */
        a = calendar_day_start(w->calendar, a);
        b = calendar_day_start(w->calendar, b);
    }
    if (a == b) b = a + 1;
    return (struct history_range){.device = (uint32_t)*device + 1,
                                  .point = (uint32_t)(*device * 100 + *point + 1),
                                  .from_ms = a < b ? a : b,
                                  .to_ms = a < b ? b : a};
}

static void raw_compare(struct world *w)
{
    int device, point;
    struct history_range range = range_random(w, &device, &point);
    struct raw_check check = {.naive = &w->points[device][point]};
    while (check.at < check.naive->n &&
           check.naive->at[check.at].time_ms < range.from_ms) {
        check.at++;
    }
    assert_int_equal(historian_raw(w->historian, &range, raw_each, &check), ERR_OK);
    CHECK("raw end",
          check.at == check.naive->n || check.naive->at[check.at].time_ms >= range.to_ms);
}

static void buckets_compare(struct world *w)
{
    int device, point;
    struct history_range range = range_random(w, &device, &point);
    size_t n = 1 + random_below(&w->random, 300);
    if ((uint64_t)(range.to_ms - range.from_ms) < n) n = 1;
    /* Wider buckets may be drawn from roll-ups: then only the whole must agree. */
    bool exact = (range.to_ms - range.from_ms) / (int64_t)n < 2 * HOUR_MS || n == 1;
    struct history_bucket *out = memory_new(n, sizeof *out);
    ensure(out != NULL);
    assert_int_equal(historian_buckets(w->historian, &range, out, n), ERR_OK);
    const struct naive *naive = &w->points[device][point];
    struct expected whole;
    double carry = NAN, min = NAN, max = NAN, sum = 0, increase = 0;
    uint64_t samples = 0, bad = 0;
    CHECK_EQ("first edge", out[0].start_ms, range.from_ms);
    for (size_t i = 0; i < n; i++) {
        int64_t end_ms = i + 1 < n ? out[i + 1].start_ms : range.to_ms;
        if (exact) {
            struct expected want = naive_sum(naive, out[i].start_ms, end_ms, &carry);
            bucket_check(&out[i], &want, "bucket");
        }
        samples += out[i].n;
        bad += out[i].bad_n;
        min = fmin(min, out[i].min);
        max = fmax(max, out[i].max);
        if (out[i].n) sum += out[i].sum;
        if (out[i].n) increase += out[i].increase;
    }
    carry = NAN;
    whole = naive_sum(naive, range.from_ms, range.to_ms, &carry);
    CHECK_EQ("all samples", samples, whole.n);
    CHECK_EQ("all bad", bad, whole.bad_n);
    CHECK("least", close_to(min, whole.min));
    CHECK("most", close_to(max, whole.max));
    CHECK("sum", close_to(sum, whole.sum));
    CHECK("increase", close_to(increase, whole.increase));
    memory_free(out);
}

struct step_check {
    struct world *w;
    const struct naive *naive;
    enum history_step step;
    int64_t next_ms;
    double carry;
};

static int64_t step_end(struct world *w, enum history_step step, int64_t start_ms)
{
    return step == HISTORY_DAY ? calendar_day_next(w->calendar, start_ms)
                               : start_ms + HOUR_MS;
}

static err step_each(void *context, const struct history_bucket *bucket)
{
    struct step_check *check = context;
    CHECK_EQ("step start", bucket->start_ms, check->next_ms);
    check->next_ms = step_end(check->w, check->step, bucket->start_ms);
    struct expected want =
        naive_sum(check->naive, bucket->start_ms, check->next_ms, &check->carry);
    bucket_check(bucket, &want, "step");
    return ERR_OK;
}

static void steps_compare(struct world *w)
{
    int device, point;
    struct history_range range = range_random(w, &device, &point);
    enum history_step step = random_below(&w->random, 2) ? HISTORY_DAY : HISTORY_HOUR;
    int64_t first = step == HISTORY_DAY ? calendar_day_start(w->calendar, range.from_ms)
                                        : calendar_hour_start(w->calendar, range.from_ms);
    if (first < range.from_ms) first = step_end(w, step, first);
    struct step_check check = {w, &w->points[device][point], step, first, NAN};
    assert_int_equal(historian_steps(w->historian, &range, step, step_each, &check),
                     ERR_OK);
    CHECK("steps end", check.next_ms >= range.to_ms);
}

/* --- times and counts: all points of a device --------------------------------------- */

static const struct history_sample *naive_at(const struct naive *naive, int64_t time_ms)
{
    size_t low = 0, high = naive->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (naive->at[middle].time_ms < time_ms) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool there = low < naive->n && naive->at[low].time_ms == time_ms;
    return there ? &naive->at[low] : NULL;
}

/* Whether one of the first `points_n` points has a sample there that is not absent. */
static bool row_seen(const struct world *w, int device, int points_n, int64_t time_ms)
{
    for (int p = 0; p < points_n; p++) {
        const struct history_sample *found = naive_at(&w->points[device][p], time_ms);
        if (found && found->quality < 192) return true;
    }
    return false;
}

static uint64_t rows_seen(const struct world *w, int device, int64_t from_ms,
                          int64_t to_ms)
{
    uint64_t count = 0;
    for (int p = 0; p < POINTS_N; p++) {
        const struct naive *naive = &w->points[device][p];
        for (size_t i = 0; i < naive->n; i++) {
            const struct history_sample *sample = &naive->at[i];
            if (sample->time_ms < from_ms || sample->time_ms >= to_ms) continue;
            if (sample->quality >= 192) continue;
            count += !row_seen(w, device, p, sample->time_ms);
        }
    }
    return count;
}

struct times_check {
    struct world *w;
    int device;
    int64_t last_ms;
    uint64_t n;
};

static err times_each(void *context, const int64_t *times_ms, size_t n)
{
    struct times_check *check = context;
    for (size_t i = 0; i < n; i++, check->n++) {
        CHECK("times rise", times_ms[i] > check->last_ms);
        CHECK("row was seen", row_seen(check->w, check->device, POINTS_N, times_ms[i]));
        check->last_ms = times_ms[i];
    }
    return ERR_OK;
}

static err counts_each(void *context, int64_t start_ms, uint64_t rows)
{
    struct times_check *check = context;
    CHECK_EQ("count start", start_ms, check->last_ms);
    check->last_ms = calendar_day_next(check->w->calendar, start_ms);
    CHECK_EQ("rows of the day", rows,
             rows_seen(check->w, check->device, start_ms, check->last_ms));
    return ERR_OK;
}

/* Only right after a flush: a row that was taken back by an absent one in the head still
 * counts until then. */
static void times_compare(struct world *w)
{
    int device, point;
    struct history_range range = range_random(w, &device, &point);
    struct times_check check = {w, device, INT64_MIN, 0};
    assert_int_equal(historian_times(w->historian, range.device, range.from_ms,
                                     range.to_ms, times_each, &check),
                     ERR_OK);
    CHECK_EQ("times", check.n, rows_seen(w, device, range.from_ms, range.to_ms));

    range.from_ms = calendar_day_start(w->calendar, range.from_ms);
    range.to_ms = calendar_day_next(w->calendar, range.to_ms);
    check = (struct times_check){w, device, range.from_ms, 0};
    assert_int_equal(
        historian_row_counts(w->historian, &range, HISTORY_DAY, counts_each, &check),
        ERR_OK);
    CHECK_EQ("counts end", check.last_ms, range.to_ms);
}

struct newest_check {
    struct world *w;
    int device;
    int64_t at_ms;
    unsigned n;
};

static const struct history_sample *naive_newest(const struct naive *naive, int64_t at_ms)
{
    const struct history_sample *found = NULL;
    for (size_t i = 0; i < naive->n && naive->at[i].time_ms <= at_ms; i++) {
        found = &naive->at[i];
    }
    return found;
}

static err newest_each(void *context, uint32_t point, const struct history_sample *sample)
{
    struct newest_check *check = context;
    uint32_t p = point - (uint32_t)check->device * 100 - 1;
    CHECK("newest point", p < POINTS_N);
    const struct history_sample *want =
        naive_newest(&check->w->points[check->device][p], check->at_ms);
    CHECK("newest is there", want != NULL);
    CHECK_EQ("newest time", sample->time_ms, want->time_ms);
    CHECK_EQ("newest value", double_bits(sample->value), double_bits(want->value));
    CHECK_EQ("newest quality", sample->quality, want->quality);
    check->n++;
    return ERR_OK;
}

static void newest_compare(struct world *w)
{
    int device, point;
    struct history_range range = range_random(w, &device, &point);
    int64_t at_ms = random_below(&w->random, 2) ? INT64_MAX : range.to_ms;
    struct newest_check check = {w, device, at_ms, 0};
    assert_int_equal(
        historian_newest(w->historian, range.device, at_ms, newest_each, &check), ERR_OK);
    unsigned want = 0;
    for (int p = 0; p < POINTS_N; p++)
        want += naive_newest(&w->points[device][p], at_ms) != NULL;
    CHECK_EQ("newest of all", check.n, want);
}

/* --- the random side ---------------------------------------------------------------- */

static struct history_sample sample_random(struct world *w, int point, int64_t time_ms)
{
    struct random *random = &w->random;
    struct history_sample sample = {.time_ms = time_ms};
    double wave = 50 + 20 * sin((double)(time_ms % 86400000) / 1e7) + point;
    sample.value = rint(wave * 10 + (double)random_below(random, 5)) / 10;
    if (point == 1) sample.value = rint((double)(time_ms - BEGIN_MS) / 60000) / 100;
    if (point == 2) sample.value = (double)random_below(random, 2);
    if (point == 3) sample.value = wave * 1.2345678901;
    switch (random_below(random, 40)) {
    case 0:
        sample.quality = QUALITY_NO_ANSWER;
        sample.value = NAN;
        break;
    case 1: sample.quality = QUALITY_RANGE; break;
    case 2: sample.quality = QUALITY_FROZEN; break;
    case 3: sample.value = -0.0; break;
    case 4: sample.value = NAN; break;
    default: break;
    }
    return sample;
}

static void block_append(struct world *w, int64_t now_ms)
{
    struct random *random = &w->random;
    int device = (int)random_below(random, DEVICES_N);
    size_t rows = 1;
    if (w->dense || random_below(random, 3) == 0) rows += random_below(random, ROWS_MAX);
    size_t columns = 1 + random_below(random, POINTS_N);
    size_t first_point = random_below(random, POINTS_N);
    int64_t times[ROWS_MAX + 1];
    uint32_t points[COLUMNS];
    double values[(ROWS_MAX + 1) * COLUMNS];
    uint8_t qualities[(ROWS_MAX + 1) * COLUMNS];
    int64_t at_ms = now_ms;
    if (random_below(random, 6) == 0)
        at_ms -= (int64_t)random_below(random, 30 * HOUR_MS);
    if (random_below(random, 6) == 0) at_ms = w->end_ms;
    if (at_ms < BEGIN_MS) at_ms = BEGIN_MS;
    for (size_t r = 0; r < rows; r++) {
        times[r] = at_ms;
        at_ms +=
            (int64_t)random_below(random, 3) * 30000; /* the same time now and then */
    }
    w->end_ms = times[rows - 1];
    for (size_t c = 0; c < columns; c++) {
        int point = (int)((first_point + c) % POINTS_N);
        points[c] = (uint32_t)(device * 100 + point + 1);
        for (size_t r = 0; r < rows; r++) {
            struct history_sample sample = sample_random(w, point, times[r]);
            values[c * rows + r] = sample.value;
            qualities[c * rows + r] = sample.quality;
            naive_set(&w->points[device][point], sample);
        }
    }
    struct block block = {.device = (uint32_t)device + 1,
                          .times_n = rows,
                          .columns_n = columns,
                          .times_ms = times,
                          .points = points,
                          .values = values,
                          .qualities = qualities};
    assert_int_equal(historian_append(w->historian, &block), ERR_OK);
}

static void flush(struct world *w)
{
    assert_int_equal(historian_flush(w->historian, ++w->checkpoint, NULL, NULL), ERR_OK);
}

static void reopen(struct world *w)
{
    flush(w);
    historian_close(w->historian);
    world_open_historian(w);
}

static void compare_all(struct world *w)
{
    raw_compare(w);
    buckets_compare(w);
    steps_compare(w);
    newest_compare(w);
}

static void random_life(uint64_t seed, int rounds, bool dense)
{
    struct world *w = world_open(seed);
    int64_t now_ms = BEGIN_MS, step_ms = dense ? 100000 : 2 * SPAN_MS / rounds;
    w->dense = dense;
    for (int i = 0; i < rounds; i++) {
        block_append(w, now_ms);
        now_ms += (int64_t)random_below(&w->random, (uint64_t)step_ms);
        if (random_below(&w->random, 12) == 0) {
            flush(w);
            if (random_below(&w->random, dense ? 60 : 8) == 0) times_compare(w);
        }
        if (random_below(&w->random, dense ? 40 : 10) == 0) compare_all(w);
        if (random_below(&w->random, 300) == 0) reopen(w);
    }
    flush(w);
    for (int i = 0; i < (dense ? 20 : 60); i++) compare_all(w);
    for (int i = 0; i < (dense ? 1 : 5); i++) times_compare(w);
    world_close(w);
}

static void as_the_naive_array(void **state)
{
    (void)state;
    random_life(1, 1500, false);
}

static void as_the_naive_array_again(void **state)
{
    (void)state;
    for (uint64_t seed = 2; seed < 6; seed++) random_life(seed * 7919, 500, false);
}

static void as_the_naive_array_when_dense(void **state)
{
    (void)state;
    random_life(77, 700, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_the_naive_array),
        cmocka_unit_test(as_the_naive_array_again),
        cmocka_unit_test(as_the_naive_array_when_dense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
