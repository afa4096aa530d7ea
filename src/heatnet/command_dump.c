/* command_dump.c - heatnet dump: every sample of a range into a file, resumable.
 *
 * FILE.part grows page by page; FILE.cursor, written after each page, says how long it is
 * and where the next page begins.  Interrupted, killed or cut off: the same command goes
 * on.  At the end FILE.part becomes FILE. */
#include "heatnet/client.h"
#include "heatnet/commands.h"
#include "heatnet/show.h"

#include "base/clock.h"
#include "base/text.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { CURSOR_BYTES = 64, PATH_BYTES = 400, PROGRESS_BYTES = 1 << 20 };

struct dump {
    const char *file;
    char part[FILE_PATH_BYTES], cursor_file[FILE_PATH_BYTES];
    char asked[PATH_BYTES]; /* /dump?from=...: the same question must go on */
    char cursor[CURSOR_BYTES];
    int64_t bytes;
    int handle;
};

static err save_cursor(const struct dump *dump)
{
    char text[PATH_BYTES + 2 * CURSOR_BYTES];
    text_format(text, sizeof text, "%lld %s\n%s\n", (long long)dump->bytes,
                dump->cursor[0] ? dump->cursor : "-", dump->asked);
    return file_replace(dump->cursor_file, bytes_of_text(text));
}

/* False: there is one, but of another question. */
static bool load_cursor(struct dump *dump)
{
    struct buffer text;
    bool good = true;
    char number[24];
    buffer_open(&text, PATH_BYTES + 2 * CURSOR_BYTES);
    err e = file_read_whole(dump->cursor_file, &text);
    buffer_put_u8(&text, 0);
    const char *at = (const char *)text.at;
    if (!e && !text.broken) {
        size_t n = strcspn(at, " "), end = strcspn(at, "\n");
        int64_t bytes = 0;
        const char *asked = at + end + (at[end] == '\n');
        good = text_copy_n(number, sizeof number, at, n) &&
               !text_to_i64(number, &bytes) && n < end &&
               strlen(asked) == strlen(dump->asked) + 1 &&
               text_starts(asked, dump->asked) &&
               text_copy_n(dump->cursor, sizeof dump->cursor, at + n + 1, end - n - 1);
        dump->bytes = good ? bytes : 0;
        if (text_equal(dump->cursor, "-")) dump->cursor[0] = '\0';
    }
    buffer_close(&text);
    return good;
}

static bool append(struct dump *dump, struct bytes bytes)
{
    while (bytes.n) {
        ssize_t n = write(dump->handle, bytes.at, bytes.n);
        if (n <= 0) return false;
        bytes.at += n;
        bytes.n -= (size_t)n;
        dump->bytes += n;
    }
    return fdatasync(dump->handle) == 0;
}

/* One page; *more: another follows. */
static bool take_page(struct client *client, struct dump *dump, bool *more)
{
    char path[PATH_BYTES + CURSOR_BYTES + 16];
    text_format(path, sizeof path, "%s%s%s", dump->asked,
                dump->cursor[0] ? "&cursor=" : "", dump->cursor);
    struct ask ask = {.method = "GET", .path = path, .accept = "text/csv"};
    if (client_ask(client, &ask)) return false;
    if (client->status != 200) {
        client_print_problem(client);
        return false;
    }
    if (!append(dump, buffer_bytes(&client->answer))) {
        fprintf(stderr, "heatnet: %s cannot be written\n", dump->part);
        return false;
    }
    *more = client->next_cursor[0] != '\0';
    text_copy(dump->cursor, sizeof dump->cursor, client->next_cursor);
    return !*more || !save_cursor(dump);
}

static int take_all(struct client *client, struct dump *dump)
{
    bool more = true;
    while (more) {
        if (!take_page(client, dump, &more)) {
            fprintf(stderr, "heatnet: stopped; the same command goes on from here\n");
            return COMMAND_FAILED;
        }
        if (isatty(STDERR_FILENO))
            fprintf(stderr, "\r%lld MB", (long long)(dump->bytes / PROGRESS_BYTES));
    }
    if (isatty(STDERR_FILENO)) fprintf(stderr, "\r");
    if (rename(dump->part, dump->file) < 0) {
        fprintf(stderr, "heatnet: %s cannot be written\n", dump->file);
        return COMMAND_FAILED;
    }
    (void)unlink(dump->cursor_file);
    printf("%s: %lld bytes\n", dump->file, (long long)dump->bytes);
    return 0;
}

static int run(struct dump *dump, const char *data_folder)
{
    struct client client;
    if (!load_cursor(dump)) {
        fprintf(stderr,
                "heatnet: %s belongs to another dump: remove it or name another file\n",
                dump->cursor_file);
        return COMMAND_FAILED;
    }
    if (dump->bytes) fprintf(stderr, "heatnet: going on behind %lld bytes\n",
                             (long long)dump->bytes);
    dump->handle = open(dump->part, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    bool good = dump->handle >= 0 && ftruncate(dump->handle, dump->bytes) == 0 &&
                lseek(dump->handle, 0, SEEK_END) == dump->bytes;
    if (!good) fprintf(stderr, "heatnet: %s cannot be written\n", dump->part);
    int result = COMMAND_FAILED;
    if (good && !client_open(data_folder, &client)) {
        result = take_all(&client, dump);
        client_close(&client);
    }
    if (dump->handle >= 0) close(dump->handle);
    return result;
}

static bool put_question(struct dump *dump, const char *from, const char *to,
                         const char *match)
{
    struct clock clock;
    int64_t from_ms, to_ms;
    clock_machine(&clock);
    int64_t now_ms = clock_utc_ms(&clock);
    if (show_time_read(from, now_ms, &from_ms) || show_time_read(to, now_ms, &to_ms)) {
        fprintf(stderr,
                "heatnet: a time is now, -30m, -24h, -7d, 2026-11-25 or RFC 3339\n");
        return false;
    }
    struct buffer path;
    buffer_open(&path, PATH_BYTES);
    buffer_format(&path, "/dump?from=%lld&to=%lld%s", (long long)from_ms,
                  (long long)to_ms, match ? "&match=" : "");
    if (match) client_escape(match, &path);
    buffer_put_u8(&path, 0);
    bool fits = !path.broken && text_copy(dump->asked, sizeof dump->asked,
                                          (const char *)path.at);
    buffer_close(&path);
    return fits;
}

int command_dump(struct arguments *arguments, const char *data_folder)
{
    struct dump dump = {.handle = -1};
    const char *from = arguments_option(arguments, "from", "1970-01-01");
    const char *to = arguments_option(arguments, "to", NULL);
    const char *match = arguments_option(arguments, "match", NULL);
    dump.file = arguments_word(arguments);
    if (!arguments_done(arguments)) return COMMAND_WRONG_USE;
    if (!dump.file || !to) {
        fprintf(stderr, "heatnet: dump FILE.csv --to TIME [--from TIME] [--match "
                        "SELECTOR]\n");
        return COMMAND_WRONG_USE;
    }
    if (!text_format(dump.part, sizeof dump.part, "%s.part", dump.file) ||
        !text_format(dump.cursor_file, sizeof dump.cursor_file, "%s.cursor", dump.file) ||
        !put_question(&dump, from, to, match))
        return COMMAND_WRONG_USE;
    return run(&dump, data_folder);
}
