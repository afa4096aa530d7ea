/* log_test.c - one line an event, values that cannot lie about where they end, a limit
 * per kind, and files that grow old. */
#include "base/log.h"

#include "base/ensure.h"
#include "base/file.h"
#include "base/log_line.h"
#include "base/text.h"
#include "base/thread.h"
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

__attribute__((format(printf, 2, 3))) static void fields(struct log_line *line,
                                                         const char *format, ...)
{
    va_list list;
    line->n = 0;
    line->text[0] = '\0';
    va_start(list, format);
    log_line_add_fields(line, format, list);
    va_end(list);
}

static const struct {
    const char *value, *want;
} values[] = {
    {"T1",        "v=T1"               },
    {"换热站", "v=换热站"        },
    {"",          "v=\"\""             },
    {"a b",       "v=\"a b\""          },
    {"a=b",       "v=\"a=b\""          },
    {"say \"x\"", "v=\"say \\\"x\\\"\""},
    {"a\nb=c",    "v=\"a\\nb=c\""      },
    {"\x1B[2J",   "v=\"\\x1b[2J\""     },
    {"\xE7\x83",  "v=\"\\xe7\\x83\""   },
    {"C:\\",      "v=\"C:\\\\\""       },
};

static void values_are_quoted_where_needed(void **state)
{
    (void)state;
    struct log_line line;
    for (size_t i = 0; i < COUNT(values); i++) {
        fields(&line, "v=%s", values[i].value);
        CHECK_TEXT(values[i].value, line.text, values[i].want);
    }
    fields(&line, "v=\"%s\" w=%s", "a \"b", "c");
    assert_string_equal(line.text, "v=\"a \\\"b\" w=c");
    fields(&line, "v=%.*s w=%.2s", 3, "abcdef", "xyz");
    assert_string_equal(line.text, "v=abc w=xy");
}

static void conversions(void **state)
{
    (void)state;
    struct log_line line;
    fields(&line, "%d %i %u %ld %lld %llu %zu %hhu 100%%", -1, 2, 3u, -4L, -5LL, 6ULL,
           (size_t)7, (unsigned char)8);
    assert_string_equal(line.text, "-1 2 3 -4 -5 6 7 8 100%");
    fields(&line, "%04x %X %5d|%.3f %g %.2e %c", 0xABu, 0xCDu, 42, 1.5, 0.25, 1234.5,
           'z');
    assert_string_equal(line.text, "00ab CD    42|1.500 0.25 1.23e+03 z");
    fields(&line, "a=%lld b=%jd c=%08lX", (long long)INT64_MIN, (intmax_t)9, 0x1FUL);
    assert_string_equal(line.text, "a=-9223372036854775808 b=9 c=0000001F");
}

static void a_long_line_is_cut(void **state)
{
    (void)state;
    static char text[3 * LOG_LINE_BYTES];
    memset(text, 'x', sizeof text - 1);
    struct log_line line;
    fields(&line, "v=%s w=%d", text, 1);
    assert_int_equal(line.n, LOG_LINE_BYTES - 1);
    assert_int_equal(strlen(line.text), line.n);
}

/* Run with stderr into `path`. */
static void with_stderr_in(const char *path, void (*run)(void *), void *context)
{
    int before = dup(2);
    int handle = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(before >= 0 && handle >= 0);
    assert_int_equal(dup2(handle, 2), 2);
    run(context);
    assert_int_equal(dup2(before, 2), 2);
    close(before);
    close(handle);
}

static size_t lines_with(const char *text, const char *part)
{
    size_t n = 0;
    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part)) n++;
    return n;
}

static void read_text(const char *path, struct buffer *out)
{
    buffer_open(out, 1 << 20);
    assert_int_equal(file_read_whole(path, out), ERR_OK);
    buffer_put_u8(out, 0);
    assert_int_equal(out->broken, ERR_OK);
}

static void *flood(void *context)
{
    (void)context;
    for (int i = 0; i < 200; i++) log_event(LOG_INFO, "test", "flood", "i=%d", i);
    return NULL;
}

static void log_things(void *context)
{
    log_event(LOG_DEBUG, "test", "hidden", "x=1");
    log_event(LOG_WARNING, "test", "seen", "who=%s n=%d", (const char *)context, 3);
    log_event(LOG_ERROR, "test", "bare", "%s", "x"); /* no key is still one value */
    struct thread threads[3];
    for (size_t i = 0; i < COUNT(threads); i++) {
        assert_int_equal(thread_start(&threads[i], "flood", flood, NULL), ERR_OK);
    }
    for (size_t i = 0; i < COUNT(threads); i++) thread_join(&threads[i]);
    log_level_set(LOG_ERROR);
    log_event(LOG_WARNING, "test", "too_low", "x=1");
    log_level_set(LOG_INFO);
}

static void lines_and_limits(void **state)
{
    (void)state;
    char path[] = "/tmp/heatnet-log-XXXXXX";
    int handle = mkstemp(path);
    assert_true(handle >= 0);
    close(handle);
    char who[] = "a b";
    with_stderr_in(path, log_things, who);

    struct buffer text;
    read_text(path, &text);
    const char *all = (const char *)text.at;
    assert_int_equal(lines_with(all, "hidden"), 0);
    assert_int_equal(lines_with(all, "too_low"), 0);
    assert_int_equal(lines_with(all, "Z warning test seen who=\"a b\" n=3\n"), 1);
    assert_int_equal(lines_with(all, "Z error test bare x\n"), 1);
    assert_int_equal(all[10], 'T');
    size_t floods = lines_with(all, " info test flood i=");
    /* Twice the limit when the minute turns in between. */
    assert_true(floods == LOG_RATE_N_MAX || floods <= 2 * LOG_RATE_N_MAX);
    buffer_close(&text);
    assert_int_equal(file_remove(path), ERR_OK);
}

static void log_once(void *context)
{
    log_event(LOG_INFO, "test", "to_file", "folder=%s", (const char *)context);
}

static err count_and_remove(void *context, const char *name)
{
    char path[FILE_PATH_BYTES];
    size_t *n = context;
    (*n)++;
    assert_true(file_path(path, "/tmp/heatnet-log-test-folder", name));
    return file_remove(path);
}

static void files_grow_old(void **state)
{
    (void)state;
    char folder[] = "/tmp/heatnet-log-test-folder";
    char old[FILE_PATH_BYTES], other[FILE_PATH_BYTES], name[FILE_PATH_BYTES];
    assert_int_equal(folder_make(folder), ERR_OK);
    assert_true(text_format(name, sizeof name, "%s-2001-01-01.log",
                            program_invocation_short_name));
    assert_true(file_path(old, folder, name));
    assert_true(file_path(other, folder, "other-2001-01-01.log"));
    assert_int_equal(file_replace(old, bytes_of_text("old\n")), ERR_OK);
    assert_int_equal(file_replace(other, bytes_of_text("not ours\n")), ERR_OK);

    assert_true(log_to_folder(folder, 1));
    with_stderr_in("/dev/null", log_once, folder);
    assert_false(file_exists(old));
    assert_true(file_exists(other));
    size_t n = 0;
    assert_int_equal(folder_each(folder, count_and_remove, &n), ERR_OK);
    assert_int_equal(n, 2);
    assert_int_equal(rmdir(folder), 0);
    assert_false(log_to_folder("/proc/nowhere", 7));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_quoted_where_needed),
        cmocka_unit_test(conversions),
        cmocka_unit_test(a_long_line_is_cut),
        cmocka_unit_test(lines_and_limits),
        cmocka_unit_test(files_grow_old),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
