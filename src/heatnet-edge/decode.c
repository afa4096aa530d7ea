/* decode.c - heatnet-edge decode: what a telegram says, as JSON.
 *
 *   heatnet-edge decode PROTOCOL [--dialect D] HEX...    one telegram
 *   heatnet-edge decode PROTOCOL [--dialect D] -         one a line of stdin
 */
#include "wire/decode.h"

#include "base/text.h"
#include "heatnet-edge/decode_print.h"
#include "heatnet-edge/edge.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum {
    EXIT_WRONG = 1,
    LINE_BYTES_MAX = 4 * 1024 * 1024,
    ARENA_BYTES_MAX = 16 * 1024 * 1024,
    OUT_BYTES_MAX = 64 * 1024 * 1024
};

static int usage(void)
{
    size_t n;
    const struct decoder *row = decoders(&n);

    puts("heatnet-edge decode PROTOCOL [--dialect D] HEX\n"
         "heatnet-edge decode PROTOCOL [--dialect D] -      lines of stdin\n\n"
         "Prints what a telegram says, as JSON.  Hex with or without blanks.\n");
    for (size_t i = 0; i < n; i++) {
        printf("  %-12s %s%s\n", row[i].protocol, row[i].help,
               row[i].is_text ? "; as hex or as it is" : "");
        if (row[i].dialects[0]) printf("  %-12s dialects: %s\n", "", row[i].dialects);
    }
    return EXIT_USAGE;
}

/* --- input -------------------------------------------------------------------------- */

static bool looks_like_text(const char *input)
{
    while (isspace((unsigned char)*input))
        input++;
    return *input == '{' || *input == '[';
}

/* Hex digits into bytes.  Whatever stands between bytes in captures is allowed: blanks,
 * commas, colons, dashes, 0x. */
static err take_hex(const char *input, struct buffer *out, struct telegram *t)
{
    int high = -1;
    size_t i = 0;

    for (; input[i]; i++) {
        unsigned char c = (unsigned char)input[i];
        bool prefix = high == 0 && (c == 'x' || c == 'X');
        if (prefix) {
            high = -1;
            continue;
        }
        if (isxdigit(c)) {
            int digit = isdigit(c) ? c - '0' : tolower(c) - 'a' + 10;
            if (high >= 0) buffer_put_u8(out, (uint8_t)(high << 4 | digit));
            high = high >= 0 ? -1 : digit;
            continue;
        }
        if (high < 0 && (isspace(c) || strchr(",:;-", c))) continue;
        break;
    }
    if (!input[i] && high < 0) return out->broken;
    char why[TELEGRAM_WHY_BYTES];
    if (input[i])
        (void)text_format(why, sizeof why, "not hex at character %zu", i + 1);
    else
        (void)text_copy(why, sizeof why, "an odd number of hex digits");
    return telegram_wrong(t, ERR_TYPE, out->n, why);
}

/* --- output ------------------------------------------------------------------------- */

struct job {
    const struct decoder *decoder;
    const char *dialect;
    struct buffer bytes, out;
    bool pretty;
    bool failed; /* one of the telegrams so far */
};

static void decode_one(struct job *job, const char *input)
{
    struct telegram t = {.protocol = job->decoder->protocol};
    struct arena arena;
    err e = ERR_OK;

    arena_open(&arena, ARENA_BYTES_MAX);
    buffer_clear(&job->bytes);
    buffer_clear(&job->out);
    if (job->decoder->is_text && looks_like_text(input))
        buffer_put_text(&job->bytes, input);
    else
        e = take_hex(input, &job->bytes, &t);
    if (!e) e = job->decoder->decode(buffer_bytes(&job->bytes), job->dialect, &arena, &t);
    decode_print(&job->out, &t, e, job->pretty);
    fwrite(job->out.at, 1, job->out.n, stdout);
    putchar('\n');
    fflush(stdout);
    job->failed = job->failed || e || job->out.broken;
    arena_close(&arena);
}

/* One line of stdin without its end; false at the end of the input. */
static bool read_line(struct buffer *line)
{
    char part[4096];

    buffer_clear(line);
    while (fgets(part, sizeof part, stdin)) {
        buffer_put_text(line, part);
        if (strchr(part, '\n')) break;
    }
    if (!line->n) return false;
    while (line->n && isspace(line->at[line->n - 1]))
        line->n--;
    buffer_put_u8(line, 0);
    return true;
}

static void decode_lines(struct job *job)
{
    struct buffer line;

    buffer_open(&line, LINE_BYTES_MAX);
    while (read_line(&line)) {
        if (line.broken) {
            fputs("heatnet-edge decode: a line is too long\n", stderr);
            job->failed = true;
            continue;
        }
        const char *text = (const char *)line.at;
        if (text[0] && text[0] != '#') decode_one(job, text);
    }
    buffer_close(&line);
}

static void decode_words(struct job *job, int words_n, char **words)
{
    struct buffer line;

    buffer_open(&line, LINE_BYTES_MAX);
    for (int i = 0; i < words_n; i++) {
        if (i) buffer_put_u8(&line, ' ');
        buffer_put_text(&line, words[i]);
    }
    buffer_put_u8(&line, 0);
    job->pretty = true;
    if (line.broken) job->failed = true;
    else decode_one(job, (const char *)line.at);
    buffer_close(&line);
}

/* Takes "--dialect D" or "--dialect=D" out of the words. */
static bool take_dialect(int *words_n, char **words, const char **dialect)
{
    int kept = 0;

    for (int i = 0; i < *words_n; i++) {
        bool apart = text_equal(words[i], "--dialect");
        if (apart && i + 1 == *words_n) return false;
        if (apart) *dialect = words[++i];
        else if (text_starts(words[i], "--dialect=")) *dialect = words[i] + 10;
        else words[kept++] = words[i];
    }
    *words_n = kept;
    return true;
}

int edge_decode(int words_n, char **words)
{
    struct job job = {.dialect = ""};

    if (!take_dialect(&words_n, words, &job.dialect) || words_n < 2) return usage();
    job.decoder = decoder_find(words[0]);
    if (!job.decoder) {
        fprintf(stderr, "heatnet-edge decode: no codec is called %s\n\n", words[0]);
        return usage();
    }
    char why[2 * TELEGRAM_WHY_BYTES];
    if (job.dialect[0] && decoder_check(job.decoder, job.dialect, why, sizeof why)) {
        fprintf(stderr, "heatnet-edge decode: %s\n", why);
        return EXIT_USAGE;
    }
    buffer_open(&job.bytes, LINE_BYTES_MAX);
    buffer_open(&job.out, OUT_BYTES_MAX);
    if (text_equal(words[1], "-")) decode_lines(&job);
    else decode_words(&job, words_n - 1, words + 1);
    buffer_close(&job.bytes);
    buffer_close(&job.out);
    return job.failed ? EXIT_WRONG : 0;
}
