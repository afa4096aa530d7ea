/* search.c - heatnet-edge search: which meters are on a line.
 *
 *   heatnet-edge search mbus LINE [SECONDARY | --primary] [--timeout-ms N]
 *
 * What is found goes to stdout, an address a line, as it is written in the import file
 * behind LINE/; where the search stands to stderr. */
#include "base/text.h"
#include "base/thread.h"
#include "collect/mbus_search.h"
#include "heatnet-edge/edge.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_FAILED = 1, TIMEOUT_MS = 300, TIMEOUT_MS_MAX = 60000 };

struct finder {
    bool terminal; /* stderr is one: the state may be written over */
    size_t found_n;
};

static int usage(void)
{
    puts(
        "heatnet-edge search mbus LINE [--primary] [--timeout-ms N]\n\n"
        "Finds meters by their secondary addresses, or tries all primary ones.\n"
        "LINE: tcp:HOST:PORT or serial:PATH:SPEED:MODE, as serial:/dev/ttyUSB0:2400:8E1");
    return EXIT_USAGE;
}

static void show_progress(void *context, const char *trying)
{
    const struct finder *f = context;
    if (f->terminal) fprintf(stderr, "\rtrying %s, found %zu ", trying, f->found_n);
}

static void show_found(void *context, const uint8_t *select, uint8_t primary)
{
    struct finder *f = context;
    char text[MBUS_ADDRESS_BYTES];

    if (f->terminal) fputs("\r\033[K", stderr);
    if (select) mbus_address_text(select, text);
    else (void)text_format(text, sizeof text, "%u", primary);
    puts(text);
    fflush(stdout);
    f->found_n++;
}

static void show_several(void *context, const char *trying)
{
    const struct finder *f = context;
    fprintf(stderr, "%s%s: several meters answer at once\n",
            f->terminal ? "\r\033[K" : "", trying);
}

static bool is_stopped(void *context)
{
    (void)context;
    return stop_requested();
}

static int search(const char *line_name, const struct mbus_address *where,
                  uint32_t timeout_ms)
{
    struct mbus_exchange exchange;
    struct line *line;
    struct finder finder = {.terminal = isatty(STDERR_FILENO) == 1};
    struct mbus_search s = {.exchange = &exchange,
                            .found = show_found,
                            .progress = show_progress,
                            .several = show_several,
                            .context = &finder,
                            .stop = is_stopped};
    char why[160];

    memcpy(s.mask, where->select, sizeof s.mask);
    err e = line_check(line_name, why, sizeof why);
    if (e) {
        fprintf(stderr, "heatnet-edge search: %s: %s\n", line_name, why);
        return EXIT_USAGE;
    }
    e = line_open(line_name, &line);
    if (!e) {
        mbus_exchange_open(&exchange, line, timeout_ms);
        e = where->secondary ? mbus_search_secondary(&s) : mbus_search_primary(&s);
        line_close(line);
    }
    if (finder.terminal) fputs("\r\033[K", stderr);
    if (e) fprintf(stderr, "heatnet-edge search: %s: %s\n", line_name, err_text(e));
    else fprintf(stderr, "found %zu\n", finder.found_n);
    return e ? EXIT_FAILED : 0;
}

int edge_search(int words_n, char **words)
{
    uint32_t timeout_ms = TIMEOUT_MS;
    struct mbus_address where;
    char why[160];

    err e = mbus_address_parse("FFFFFFFF", &where, NULL, 0);
    if (e || words_n < 2 || !text_equal(words[0], "mbus")) return usage();
    for (int i = 2; i < words_n; i++) {
        bool time = text_equal(words[i], "--timeout-ms") && i + 1 < words_n;
        if (time) e = text_to_u32(words[++i], &timeout_ms);
        else if (text_equal(words[i], "--primary")) where.secondary = false;
        else if (words[i][0] == '-') return usage();
        else if (mbus_address_parse(words[i], &where, why, sizeof why) ||
                 !where.secondary) {
            fprintf(stderr, "heatnet-edge search: %s is no secondary address\n",
                    words[i]);
            return EXIT_USAGE;
        }
        if (e) return usage();
    }
    if (!timeout_ms || timeout_ms > TIMEOUT_MS_MAX) return usage();
    stop_on_signals();
    return search(words[1], &where, timeout_ms);
}
