/* store_bench.c - what the raw log and the historian cost, on readings like a station's.
 *
 * Every figure is a line "figure NAME VALUE UNIT".  CPU seconds are told beside rates,
 * because a busy machine falsifies rates only. */
#include "base/clock.h"
#include "base/ensure.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "store/historian.h"
#include "store/rawlog.h"

#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { POINTS_N = 40, ROWS_N = 60 };

#define BEGIN_MS INT64_C(1767196800000) /* 2026-01-01 in Shanghai */
#define DAY_MS INT64_C(86400000)

static double cpu_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double real_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void figure(const char *name, double value, const char *unit)
{
    printf("figure %s %.4g %s\n", name, value, unit);
    fflush(stdout);
}

static int remove_one(const char *path, const struct stat *about, int type,
                      struct FTW *where)
{
    (void)about;
    (void)type;
    (void)where;
    return remove(path);
}

static void must(err e)
{
    if (!e) return;
    fprintf(stderr, "store_bench: %s\n", err_text(e));
    exit(1);
}

/* --- readings ----------------------------------------------------------------------- */

static uint64_t noise_state = 88172645463325252u;

static double noise(double width)
{
    noise_state ^= noise_state << 13;
    noise_state ^= noise_state >> 7;
    noise_state ^= noise_state << 17;
    return width * ((double)(noise_state >> 11) / 9007199254740992.0 - 0.5);
}

struct station {
    double at[POINTS_N];
};

static double rounded(double value, double power)
{
    return rint(value * power) / power;
}

/* Temperatures, pressures, flows, power, counters, positions and states, at the
 * resolution of the devices that deliver them. */
static double reading(struct station *station, int point, int64_t time_ms)
{
    double *at = &station->at[point];
    double day = sin((double)(time_ms % DAY_MS) / (double)DAY_MS * 6.2831853);
    switch (point % 8) {
    case 0:
    case 1: *at += noise(0.12); return rounded(65 + 8 * day + *at, 10);
    case 2: *at = 0.9 * *at + noise(0.003); return rounded(0.62 + *at, 1000);
    case 3: *at = 0.8 * *at + noise(0.3); return rounded(42 - 3 * day + *at, 100);
    case 4: *at = 0.8 * *at + noise(3); return rounded(1450 - 200 * day + *at, 10);
    case 5: *at += 0.004 + noise(0.002); return rounded(10000 + *at, 100);
    case 6:
        if (noise(1) > 0.48) *at = rounded(noise(40), 1);
        return 50 + *at;
    default: return point % 16 == 7 ? 1 : 0;
    }
}

struct blocks {
    struct block block;
    int64_t times[ROWS_N];
    uint32_t points[POINTS_N];
    double values[ROWS_N * POINTS_N];
    uint8_t qualities[ROWS_N * POINTS_N];
};

/* Rows of times. */
struct rows {
    int64_t from_ms, step_ms;
    size_t n;
};

static void block_make(struct blocks *b, uint32_t device, struct station *station,
                       struct rows at)
{
    size_t rows = at.n;
    for (size_t r = 0; r < rows; r++) b->times[r] = at.from_ms + (int64_t)r * at.step_ms;
    for (size_t c = 0; c < POINTS_N; c++) {
        b->points[c] = device * POINTS_N + (uint32_t)c + 1;
        for (size_t r = 0; r < rows; r++) {
            b->values[c * rows + r] = reading(station, (int)c, b->times[r]);
            b->qualities[c * rows + r] = 0;
        }
    }
    b->block = (struct block){device + 1, rows,      POINTS_N,    b->times,
                              b->points,  b->values, b->qualities};
}

static struct historian *history_open(const char *folder, const char *name,
                                      const struct calendar *calendar)
{
    char path[FILE_PATH_BYTES];
    struct historian *historian = NULL;
    ensure(file_path(path, folder, name));
    struct historian_options options = {.database_path = path,
                                        .calendar = calendar,
                                        .head_bytes_max = SIZE_MAX,
                                        .head_span_ms = INT64_MAX};
    must(historian_open(&options, &historian));
    return historian;
}

/* --- taking in ---------------------------------------------------------------------- */

enum { DEVICES_N = 50, HOURS_N = 24 };

/* A day of 50 stations each minute, an hour a block, flushed every hour. */
static void bench_blocks(const char *folder, const struct calendar *calendar)
{
    struct historian *historian = history_open(folder, "blocks.db", calendar);
    struct station *stations = memory_new(DEVICES_N, sizeof *stations);
    struct blocks *b = memory_new(1, sizeof *b);
    ensure(stations && b);
    double append_s = 0, flush_s = 0, flush_real_s = 0;
    for (int hour = 0; hour < HOURS_N; hour++) {
        for (uint32_t d = 0; d < DEVICES_N; d++) {
            struct rows rows = {BEGIN_MS + hour * INT64_C(3600000), 60000, ROWS_N};
            block_make(b, d, &stations[d], rows);
            double start = cpu_s();
            must(historian_append(historian, &b->block));
            append_s += cpu_s() - start;
        }
        double start = cpu_s(), real = real_s();
        must(historian_flush(historian, (uint64_t)hour + 1, NULL, NULL));
        flush_s += cpu_s() - start;
        flush_real_s += real_s() - real;
    }
    double samples = (double)DEVICES_N * HOURS_N * ROWS_N * POINTS_N;
    struct historian_figures figures;
    historian_figures(historian, &figures);
    figure("store.append_60_rows", append_s / samples * 1e9, "ns/sample");
    figure("store.append_flush_rate", samples / (append_s + flush_s) / 1e6, "M/s/core");
    figure("store.append_flush_cpu", (append_s + flush_s) / samples * 1e6, "s/M");
    figure("store.flush_wall", flush_real_s / HOURS_N * 1e3, "ms/flush");
    figure("store.segment_size_1min", (double)figures.segment_bytes / samples,
           "B/sample");
    historian_close(historian);
    memory_free(stations);
    memory_free(b);
}

/* One poll of a device a block, as live data comes. */
static void bench_rows(const char *folder, const struct calendar *calendar)
{
    enum { POLLS_N = 200 };
    struct historian *historian = history_open(folder, "rows.db", calendar);
    struct station *stations = memory_new(DEVICES_N, sizeof *stations);
    struct blocks *b = memory_new(DEVICES_N, sizeof *b);
    ensure(stations && b);
    double append_s = 0;
    for (int poll = 0; poll < POLLS_N; poll++) {
        for (uint32_t d = 0; d < DEVICES_N; d++) {
            struct rows rows = {BEGIN_MS + poll * INT64_C(10000), 10000, 1};
            block_make(&b[d], d, &stations[d], rows);
        }
        double start = cpu_s();
        for (uint32_t d = 0; d < DEVICES_N; d++)
            must(historian_append(historian, &b[d].block));
        append_s += cpu_s() - start;
    }
    double samples = (double)POLLS_N * DEVICES_N * POINTS_N;
    figure("store.append_1_row", append_s / samples * 1e9, "ns/sample");
    historian_close(historian);
    memory_free(stations);
    memory_free(b);
}

/* --- asking ------------------------------------------------------------------------- */

static err count_each(void *context, const struct history_sample *samples, size_t n)
{
    (void)samples;
    *(size_t *)context += n;
    return ERR_OK;
}

static int order(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

enum { ASKED_N = 101 };

static void figure_times(const char *name, double *seconds)
{
    char p95[64];
    qsort(seconds, ASKED_N, sizeof *seconds, order);
    figure(name, seconds[ASKED_N / 2] * 1e3, "ms");
    ensure(text_format(p95, sizeof p95, "%s_p95", name));
    figure(p95, seconds[ASKED_N * 95 / 100] * 1e3, "ms");
}

static void ask_raw(struct historian *historian, const char *name, int64_t begin_ms)
{
    double seconds[ASKED_N];
    for (int i = 0; i < ASKED_N; i++) {
        size_t n = 0;
        struct history_range range = {1, (uint32_t)(i % POINTS_N) + 1, begin_ms,
                                      begin_ms + DAY_MS};
        double start = real_s();
        must(historian_raw(historian, &range, count_each, &n));
        seconds[i] = real_s() - start;
        ensure(n == 8640);
    }
    figure_times(name, seconds);
}

/* Raw samples of a day at 10 s, filled live: flushed every five minutes. */
static void bench_day(const char *folder, const struct calendar *calendar)
{
    enum { FLUSH_ROWS = 30, DAY_ROWS = 8640 };
    struct historian *historian = history_open(folder, "day.db", calendar);
    struct station station = {{0}};
    struct blocks *b = memory_new(1, sizeof *b);
    ensure(b);
    double start = cpu_s();
    for (int row = 0; row < DAY_ROWS; row += FLUSH_ROWS) {
        struct rows rows = {BEGIN_MS + row * INT64_C(10000), 10000, FLUSH_ROWS};
        block_make(b, 0, &station, rows);
        must(historian_append(historian, &b->block));
        must(historian_flush(historian, (uint64_t)row + 1, NULL, NULL));
    }
    figure("store.live_day_cpu", (cpu_s() - start) / (DAY_ROWS * POINTS_N) * 1e6, "s/M");
    struct historian_figures figures;
    historian_figures(historian, &figures);
    figure("store.live_day_segments", (double)figures.segments, "segments");
    figure("store.segment_size_10s",
           (double)figures.segment_bytes / (DAY_ROWS * POINTS_N), "B/sample");
    ask_raw(historian, "store.raw_24h_10s", BEGIN_MS);
    historian_close(historian);
    memory_free(b);
}

static void ask_years(struct historian *historian, int days)
{
    enum { PIXELS = 2000 };
    static struct history_bucket buckets[PIXELS];
    double seconds[ASKED_N];
    for (int i = 0; i < ASKED_N; i++) {
        struct history_range range = {1, (uint32_t)(i % POINTS_N) + 1, BEGIN_MS,
                                      BEGIN_MS + days * DAY_MS};
        double start = real_s();
        must(historian_buckets(historian, &range, buckets, PIXELS));
        seconds[i] = real_s() - start;
    }
    figure_times("store.envelope_5y_2000px", seconds);
}

static err count_bucket(void *context, const struct history_bucket *bucket)
{
    *(uint64_t *)context += bucket->n;
    return ERR_OK;
}

static void ask_days(struct historian *historian, int days)
{
    double seconds[ASKED_N];
    for (int i = 0; i < ASKED_N; i++) {
        uint64_t n = 0;
        struct history_range range = {1, (uint32_t)(i % POINTS_N) + 1, BEGIN_MS,
                                      BEGIN_MS + days * DAY_MS};
        double start = real_s();
        must(historian_steps(historian, &range, HISTORY_DAY, count_bucket, &n));
        seconds[i] = real_s() - start;
        ensure(n == (uint64_t)days * 1440);
    }
    figure_times("store.days_5y", seconds);
}

/* Five years of one station at one minute: 105 M samples are much for a quick bench, so
 * it has 40 points and is filled a day a flush. */
static void bench_years(const char *folder, const struct calendar *calendar, int days)
{
    enum { BLOCKS_A_DAY = 24 };
    struct historian *historian = history_open(folder, "years.db", calendar);
    struct station station = {{0}};
    struct blocks *b = memory_new(1, sizeof *b);
    ensure(b);
    double busy_s = 0;
    for (int day = 0; day < days; day++) {
        for (int hour = 0; hour < BLOCKS_A_DAY; hour++) {
            struct rows rows = {BEGIN_MS + day * DAY_MS + hour * INT64_C(3600000), 60000,
                                ROWS_N};
            block_make(b, 0, &station, rows);
            double start = cpu_s();
            must(historian_append(historian, &b->block));
            busy_s += cpu_s() - start;
        }
        double start = cpu_s();
        must(historian_flush(historian, (uint64_t)day + 1, NULL, NULL));
        busy_s += cpu_s() - start;
    }
    double samples = (double)days * 1440 * POINTS_N;
    struct historian_figures figures;
    historian_figures(historian, &figures);
    figure("store.fill_by_day_cpu", busy_s / samples * 1e6, "s/M");
    figure("store.segment_size_day_1min", (double)figures.segment_bytes / samples,
           "B/sample");
    ask_years(historian, days);
    ask_days(historian, days);
    historian_close(historian);
    char path[FILE_PATH_BYTES];
    struct file file;
    uint64_t bytes = 0;
    ensure(file_path(path, folder, "years.db"));
    must(file_open_read(path, &file));
    must(file_size(&file, &bytes));
    file_close(&file);
    figure("store.database_size_day_1min", (double)bytes / samples, "B/sample");
    memory_free(b);
}

/* --- raw log ------------------------------------------------------------------------ */

static void rawlog_fill(struct rawlog *log, unsigned records, size_t bytes_n,
                        unsigned group)
{
    uint8_t bytes[4096];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(noise(1) * 40);
    struct rawlog_record record = {
        .received_ms = BEGIN_MS, .terminal = "T1", .spool = 1, .bytes = {bytes, bytes_n}};
    for (unsigned i = 0; i < records; i++) {
        record.sequence++;
        record.received_ms++;
        bytes[i % bytes_n]++;
        must(rawlog_append(log, &record));
        if (i % group == group - 1) must(rawlog_commit(log));
    }
    must(rawlog_commit(log));
}

/* Plain, and under keys: what sealing costs. */
static void bench_rawlog(const char *folder, struct seal *seal)
{
    enum { SINGLE_N = 500, MANY_N = 200000, RECORD_BYTES = 300 };

    char path[FILE_PATH_BYTES], why[RAWLOG_WHY_BYTES];
    uint64_t torn = 0;
    struct rawlog *log = NULL;
    ensure(file_path(path, folder, seal ? "sealed-log" : "log"));
    struct rawlog_options options = {.folder = path,
                                     .seal = seal,
                                     .seal_bytes = 1 << 24,
                                     .seal_ms = INT64_MAX,
                                     .keep_ms = INT64_MAX / 2};
    must(rawlog_open(&options, &log, &torn, why));
    double start = real_s();
    rawlog_fill(log, SINGLE_N, RECORD_BYTES, 1);
    figure(seal ? "rawlog.keys.commit_1" : "rawlog.commit_1",
           (real_s() - start) / SINGLE_N * 1e3, "ms");
    double cpu = cpu_s();
    rawlog_fill(log, MANY_N, RECORD_BYTES, 1000);
    figure(seal ? "rawlog.keys.append_commit_1000" : "rawlog.append_commit_1000",
           (cpu_s() - cpu) / MANY_N * 1e6, "us/record");
    must(rawlog_maintain(log, BEGIN_MS));
    rawlog_close(log);
    must(rawlog_open(&options, &log, &torn, why));
    rawlog_close(log);

    struct rawlog_report report;
    cpu = cpu_s();
    must(rawlog_verify(path, seal, &report));
    double plain = (double)report.records * (RECORD_BYTES + 100);
    figure(seal ? "rawlog.keys.verify" : "rawlog.verify", plain / (cpu_s() - cpu) / 1e6,
           "MB/s");
}

int main(int argc, char **argv)
{
    int64_t days = 5 * 365;
    if (argc > 1) must(text_to_i64(argv[1], &days));
    char folder[] = "store_bench-XXXXXX";
    ensure(mkdtemp(folder) != NULL);
    struct calendar *calendar = NULL;
    must(calendar_open_zone("Asia/Shanghai", &calendar));
    bench_blocks(folder, calendar);
    bench_rows(folder, calendar);
    bench_day(folder, calendar);
    bench_years(folder, calendar, (int)days);
    bench_rawlog(folder, NULL);
    char keys[FILE_PATH_BYTES], why[SEAL_WHY_BYTES];
    struct seal *seal = NULL;
    ensure(file_path(keys, folder, "keys"));
    const struct seal_options options = {
        .folder = keys, .master_path = "", .now_ms = BEGIN_MS, .make = true};
    must(seal_open(&options, &seal, why));
    bench_rawlog(folder, seal);
    seal_close(seal);
    calendar_close(calendar);
    (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return 0;
}
