/* fill.c - make history through the real path: the plant is moved step by step through
 * past time, every device due is polled, frames go through the spool to the server.
 *
 * FOLDER/filled keeps the last time that is safe in the spool, so that an interrupted
 * fill goes on from there. */
#include "base/ensure.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/thread.h"
#include "heatnet-edge/edge.h"
#include "heatnet-edge/plant_line.h"
#include "heatnet-edge/progress.h"

#include <stdio.h>
#include <string.h>

enum {
    ROWS_A_FRAME = 60,
    FRAMES_PENDING_MAX = 2000,
    CONFIGURATION_WAIT_MS = 30000,
    UPLOAD_IDLE_MS_MAX = 30000,
    MAINTAIN_STEPS = 30,
    WHY_BYTES = 256
};

struct fill {
    const struct edge_options *options;
    struct clock hand, machine;
    struct collector *collector;
    struct plant_line plant;
    struct progress progress;
    int64_t step_ms, at_ms;
    int64_t frame_from_ms; /* first step of the frame under way */
    char why[WHY_BYTES];
};

/* --- times ----------------------------------------------------------------------- */

/* "now", "-7d", "-36h", or a time. */
static err read_time(const char *text, int64_t now_ms, int64_t *utc_ms)
{
    char number[16];
    int64_t n = 0;
    size_t length = strlen(text);
    char unit = length ? text[length - 1] : ' ';

    if (text_equal(text, "now")) {
        *utc_ms = now_ms;
        return ERR_OK;
    }
    if (text[0] != '-') return text_to_time(text, utc_ms);
    if (length < 3 || (unit != 'd' && unit != 'h' && unit != 'm')) return ERR_TYPE;
    if (!text_copy_n(number, sizeof number, text + 1, length - 2)) return ERR_TYPE;
    err e = text_to_i64(number, &n);
    if (!e && (n < 0 || n > 100000)) e = ERR_RANGE;
    if (!e)
        *utc_ms = now_ms - n * (unit == 'd' ? 86400000 : unit == 'h' ? 3600000 : 60000);
    return e;
}

static int64_t filled_load(const char *folder)
{
    char path[FILE_PATH_BYTES], text[32];
    struct buffer content;
    int64_t utc_ms = 0;

    if (!file_path(path, folder, "filled")) return 0;
    buffer_open(&content, sizeof text - 1);
    err e = file_read_whole(path, &content);
    if (!e && text_copy_n(text, sizeof text, (const char *)content.at, content.n))
        if (text_to_i64(text, &utc_ms)) utc_ms = 0;
    buffer_close(&content);
    return utc_ms;
}

static err filled_save(const char *folder, int64_t utc_ms)
{
    char path[FILE_PATH_BYTES], text[32];

    if (!file_path(path, folder, "filled")) return ERR_RANGE;
    (void)text_format(text, sizeof text, "%lld", (long long)utc_ms);
    return file_replace(path, bytes_of_text(text));
}

/* --- steps ----------------------------------------------------------------------- */

static err frame_now(struct fill *f, int64_t done_ms)
{
    err e = collector_frame(f->collector);
    /* What the disk did not take waits in memory and is not safe: do not note it as
     * filled. */
    if (!e) e = filled_save(f->options->data, done_ms);
    f->frame_from_ms = done_ms + f->step_ms;
    return e;
}

/* Let the server come after: the spool shall not grow without need. */
static void throttle(struct fill *f)
{
    struct spool_counts spool;
    struct poller_counts polls;
    struct uplink_state uplink;

    for (;;) {
        collector_counts(f->collector, &spool, &polls, &uplink);
        if (spool.frames <= FRAMES_PENDING_MAX || stop_wait_ms(50)) return;
        progress_show(&f->progress, f->at_ms, "waiting for the server", false);
    }
}

static err advance_plant(struct fill *f)
{
    char request[64];

    (void)text_format(request, sizeof request, "advance %lld", (long long)f->at_ms);
    return plant_line_ask(&f->plant, request, f->why, sizeof f->why);
}

/* The plant cannot go back: what it has lived through was read live, or by a fill that
 * was killed before it noted so.  Begin where the plant stands. */
static err begin_with_plant(struct fill *f)
{
    int64_t plant_ms = 0;

    err e = plant_line_open(f->options->plant, &f->plant);
    if (!e) e = plant_line_ask(&f->plant, "time", f->why, sizeof f->why);
    char *end = strchr(f->why, ' ');
    if (end) *end = 0;
    if (!e) e = text_to_i64(f->why, &plant_ms);
    if (e) return e;
    f->why[0] = 0;
    int64_t next_ms = (plant_ms + f->step_ms - 1) / f->step_ms * f->step_ms;
    if (next_ms > f->at_ms) f->at_ms = next_ms;
    return ERR_OK;
}

static err one_step(struct fill *f, size_t n)
{
    char date[32];

    err e = f->options->plant[0] ? advance_plant(f) : ERR_OK;
    if (e) return e;
    clock_set(&f->hand, f->at_ms);
    collector_poll_due(f->collector);
    int64_t steps = (f->at_ms - f->frame_from_ms) / f->step_ms + 1;
    if (steps >= ROWS_A_FRAME || collector_rows(f->collector) >= ROWS_A_FRAME) {
        e = frame_now(f, f->at_ms);
        if (!e) e = collector_maintain(f->collector);
        throttle(f);
    }
    if (n % MAINTAIN_STEPS == 0) {
        text_from_time(f->at_ms, date);
        date[16] = 0; /* minutes are enough */
        progress_show(&f->progress, f->at_ms, date, false);
    }
    return e;
}

static err all_steps(struct fill *f, bool until_now, int64_t to_ms)
{
    err e = ERR_OK;
    int64_t last_ms = f->at_ms - f->step_ms;

    for (size_t n = 0; !e && !stop_requested(); n++) {
        int64_t end_ms = until_now ? clock_utc_ms(&f->options->now) : to_ms;
        if (f->at_ms > end_ms) break;
        e = one_step(f, n);
        if (e) break;
        last_ms = f->at_ms;
        f->at_ms += f->step_ms;
    }
    err framed = frame_now(f, last_ms);
    return e ? e : framed;
}

/* Until the server has everything, or gets no further. */
static void wait_for_server(struct fill *f)
{
    struct spool_counts spool;
    struct poller_counts polls;
    struct uplink_state uplink;
    uint64_t best = UINT64_MAX;
    int64_t since = clock_mono_ms(&f->machine);

    for (;;) {
        err e = collector_maintain(f->collector);
        collector_counts(f->collector, &spool, &polls, &uplink);
        int64_t now = clock_mono_ms(&f->machine);
        if (spool.frames < best) since = now;
        if (spool.frames < best) best = spool.frames;
        if (e || spool.frames == 0 || now - since > UPLOAD_IDLE_MS_MAX) return;
        if (stop_wait_ms(50)) return;
    }
}

/* --- the command ----------------------------------------------------------------- */

static err open_collector(struct fill *f, int64_t from_ms)
{
    struct collector_options options = edge_collector_options(f->options);
    int64_t until = clock_mono_ms(&f->machine) + CONFIGURATION_WAIT_MS;

    clock_hand(&f->hand, from_ms);
    options.by_hand = &f->hand;
    options.fill_step_ms = f->options->step_s * 1000U;
    err e = collector_open(&options, &f->collector);
    while (!e && !collector_is_polling(f->collector)) {
        if (clock_mono_ms(&f->machine) > until || stop_wait_ms(250)) return ERR_TIMEOUT;
        collector_tend(f->collector);
    }
    return e;
}

static void report(struct fill *f, int64_t began_ms)
{
    struct spool_counts spool;
    struct poller_counts polls;
    struct uplink_state uplink;
    char date[32];

    collector_counts(f->collector, &spool, &polls, &uplink);
    text_from_time(f->at_ms - f->step_ms, date);
    printf(
        "filled until %s: %llu polls, %llu failed, %llu frames sent, %llu left, %.1f s\n",
        date, (unsigned long long)polls.polls, (unsigned long long)polls.failures,
        (unsigned long long)uplink.frames_done, (unsigned long long)spool.frames,
        (double)(clock_mono_ms(&f->machine) - began_ms) / 1000);
}

static err fill(struct fill *f, bool until_now, int64_t to_ms)
{
    int64_t began_ms = clock_mono_ms(&f->machine);

    err e = f->options->plant[0] ? begin_with_plant(f) : ERR_OK;
    if (e) {
        (void)text_format(f->why, sizeof f->why, "no plant at %s", f->options->plant);
        return e;
    }
    if (f->at_ms > to_ms) {
        puts("nothing to fill: the plant stands behind --to");
        return ERR_OK;
    }
    e = open_collector(f, f->at_ms);
    if (e) {
        (void)text_copy(f->why, sizeof f->why, "no configuration, or the data folder");
        return e;
    }
    f->frame_from_ms = f->at_ms;
    progress_open(&f->progress, f->at_ms, to_ms);
    e = all_steps(f, until_now, to_ms);
    if (!e && !stop_requested()) {
        progress_show(&f->progress, to_ms, "uploading", true);
        wait_for_server(f);
    }
    progress_end(&f->progress);
    report(f, began_ms);
    return e;
}

int edge_fill(struct edge_options *o)
{
    struct fill f = {
        .options = o, .step_ms = (int64_t)o->step_s * 1000, .plant.handle = -1};
    int64_t now_ms = clock_utc_ms(&o->now), from_ms = 0, to_ms = 0;

    clock_machine(&f.machine);
    if (read_time(o->from, now_ms, &from_ms) || read_time(o->to, now_ms, &to_ms)) {
        fputs("heatnet-edge: --from and --to are UTC times, now, -7d or -36h\n", stderr);
        return EXIT_USAGE;
    }
    int64_t filled_ms = filled_load(o->data);
    if (filled_ms >= from_ms) from_ms = filled_ms + 1;
    f.at_ms = (from_ms + f.step_ms - 1) / f.step_ms * f.step_ms;
    if (f.at_ms > to_ms) {
        puts("filled already");
        return 0;
    }
    err e = fill(&f, text_equal(o->to, "now"), to_ms);
    plant_line_close(&f.plant);
    collector_close(f.collector);
    if (!e) return 0;
    fprintf(stderr, "heatnet-edge: fill stopped: %s%s%s\n", err_text(e),
            f.why[0] ? ": " : "", f.why);
    return 1;
}
