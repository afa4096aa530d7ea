/* log.c - where a line goes, and how many of a kind.
 *
 * Kinds (module, event) live in a small table by hash; two kinds that meet in a place
 * share a limit, which costs a line in a flood and never a wrong one. */
#include "base/log.h"

#include "base/clock.h"
#include "base/ensure.h"
#include "base/file.h"
#include "base/log_line.h"
#include "base/text.h"
#include "base/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

enum { KINDS_N = 256, NAME_BYTES = 32, MINUTE_MS = 60000, DAY_MS = 86400000 };

enum { DAYS_KEPT_MIN = 7 };

struct kind {
    char module[NAME_BYTES];
    char event[NAME_BYTES];
    unsigned printed_n;  /* in this minute */
    unsigned left_out_n; /* in this minute */
};

static const char *const level_names[] = {
    [LOG_DEBUG] = "debug",
    [LOG_INFO] = "info",
    [LOG_WARNING] = "warning",
    [LOG_ERROR] = "error",
};

/* tidy: allow global: a program has one stderr, and the log is for all of its layers */
static struct log_state {
    struct lock lock;
    enum log_level least;
    int64_t minute; /* of the counts in `kinds` */
    struct kind kinds[KINDS_N];
    char folder[FILE_PATH_BYTES]; /* empty = stderr only */
    int64_t days_kept;
    int64_t day; /* of the open file */
    int handle;  /* -1 = no file is open */
} state = {.lock = {PTHREAD_MUTEX_INITIALIZER}, .least = LOG_INFO, .handle = -1};

static void write_all(int handle, const char *text, size_t n)
{
    while (n > 0) {
        ssize_t put = write(handle, text, n);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return; /* nowhere is left to complain */
        text += put;
        n -= (size_t)put;
    }
}

/* PROGRAM-2026-11-25.log */
static void file_name(int64_t day, char out[FILE_PATH_BYTES])
{
    char time[32];
    text_from_time(day * DAY_MS, time);
    (void)text_format(out, FILE_PATH_BYTES, "%s-%.10s.log", program_invocation_short_name,
                      time);
}

/* Remove this program's files that are older than the days to keep. */
static err remove_old(void *context, const char *name)
{
    (void)context;
    char oldest[FILE_PATH_BYTES], path[FILE_PATH_BYTES];
    file_name(state.day - state.days_kept, oldest);
    size_t prefix_n = strlen(program_invocation_short_name) + 1;
    bool ours = strlen(name) == strlen(oldest) && strncmp(name, oldest, prefix_n) == 0;
    if (ours && strcmp(name, oldest) < 0 && file_path(path, state.folder, name)) {
        (void)unlink(path); /* tried again tomorrow */
    }
    return ERR_OK;
}

static void change_file(int64_t day)
{
    if (state.handle >= 0) (void)close(state.handle);
    state.day = day;
    char name[FILE_PATH_BYTES], path[FILE_PATH_BYTES];
    file_name(day, name);
    ensure(file_path(path, state.folder, name)); /* its length was checked at the start */
    state.handle = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    err e = folder_each(state.folder, remove_old, NULL);
    (void)e; /* a folder that cannot be read now is read tomorrow */
}

static void emit(const struct log_line *line, int64_t utc_ms)
{
    write_all(STDERR_FILENO, line->text, line->n);
    if (state.folder[0] == '\0') return;
    int64_t day = utc_ms / DAY_MS;
    if (state.handle < 0 || day != state.day) change_file(day);
    if (state.handle >= 0) write_all(state.handle, line->text, line->n);
}

static void start_line(struct log_line *line, enum log_level level, int64_t utc_ms,
                       const char *module, const char *event)
{
    char time[32];
    text_from_time(utc_ms, time);
    line->n = 0;
    log_line_add(line, "%s %s %s %s", time, level_names[level], module, event);
}

static void end_line(struct log_line *line)
{
    if (line->n > LOG_LINE_BYTES - 2)
        line->n = LOG_LINE_BYTES - 2; /* cut: the end counts */
    line->text[line->n++] = '\n';
    line->text[line->n] = '\0';
}

/* A new minute: say what the last one left out, and count anew. */
static void turn_minute(int64_t utc_ms)
{
    if (utc_ms / MINUTE_MS == state.minute) return;
    state.minute = utc_ms / MINUTE_MS;
    for (size_t i = 0; i < KINDS_N; i++) {
        struct kind *kind = &state.kinds[i];
        if (kind->left_out_n > 0) {
            struct log_line line;
            start_line(&line, LOG_WARNING, utc_ms, "log", "left_out");
            log_line_add(&line, " of=%s.%s lines=%u", kind->module, kind->event,
                         kind->left_out_n);
            end_line(&line);
            emit(&line, utc_ms);
        }
        kind->printed_n = 0;
        kind->left_out_n = 0;
    }
}

static uint32_t hash_text(uint32_t hash, const char *text)
{
    for (; *text != '\0'; text++) hash = (hash ^ (uint8_t)*text) * 16777619u; /* FNV-1a */
    return hash;
}

/* Whether one more line of this kind may be printed in this minute. */
static bool admit(const char *module, const char *event)
{
    uint32_t hash = hash_text(hash_text(2166136261u, module), event);
    struct kind *kind = &state.kinds[hash % KINDS_N];
    if (kind->printed_n == 0) {
        (void)text_copy(kind->module, sizeof kind->module, module);
        (void)text_copy(kind->event, sizeof kind->event, event);
    }
    if (kind->printed_n == LOG_RATE_N_MAX) {
        kind->left_out_n++;
        return false;
    }
    kind->printed_n++;
    return true;
}

void log_event(enum log_level level, const char *module, const char *event,
               const char *fields, ...)
{
    ensure(module != NULL);
    ensure(event != NULL);
    ensure(fields != NULL);
    ensure(level < COUNT(level_names));

    struct clock machine;
    clock_machine(&machine);
    int64_t utc_ms = clock_utc_ms(&machine);

    lock_take(&state.lock);
    turn_minute(utc_ms);
    if (level >= state.least && admit(module, event)) {
        struct log_line line;
        start_line(&line, level, utc_ms, module, event);
        if (fields[0] != '\0') log_line_add(&line, " ");
        va_list list;
        va_start(list, fields);
        log_line_add_fields(&line, fields, list);
        va_end(list);
        end_line(&line);
        emit(&line, utc_ms);
    }
    lock_give(&state.lock);
}

void log_level_set(enum log_level level)
{
    ensure(level < COUNT(level_names));

    lock_take(&state.lock);
    state.least = level;
    lock_give(&state.lock);
}

bool log_to_folder(const char *folder, unsigned days_kept)
{
    ensure(folder != NULL);

    /* Room for the file name behind the folder's. */
    if (strlen(folder) + strlen(program_invocation_short_name) + 32 > FILE_PATH_BYTES) {
        return false;
    }
    if (folder_make(folder) != ERR_OK) return false;

    struct clock machine;
    clock_machine(&machine);
    lock_take(&state.lock);
    (void)text_copy(state.folder, sizeof state.folder, folder);
    state.days_kept = days_kept < DAYS_KEPT_MIN ? DAYS_KEPT_MIN : days_kept;
    change_file(clock_utc_ms(&machine) / DAY_MS);
    bool open = state.handle >= 0;
    if (!open) state.folder[0] = '\0';
    lock_give(&state.lock);
    return open;
}
