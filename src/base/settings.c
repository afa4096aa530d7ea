/* settings.c - one const table per program; files, arguments and help all walk it. */
#include "base/settings.h"

#include "base/bytes.h"
#include "base/ensure.h"
#include "base/file.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { FILE_BYTES_MAX = 1 << 20, KEY_BYTES_MAX = 48, SETTINGS_N_MAX = 64 };

/* What one reading carries along. */
struct reading {
    const struct setting *table;
    size_t table_n;
    uint8_t *target;
    struct diag *diag;
    size_t line;    /* 0 for arguments */
    uint64_t given; /* bit i: table[i] was given */
    bool wrong;
};

/* Edit distance of two short keys: how many letters to insert, remove or replace. */
static size_t distance(const char *a, const char *b)
{
    size_t row[KEY_BYTES_MAX + 1];
    size_t b_n = strnlen(b, KEY_BYTES_MAX);
    for (size_t j = 0; j <= b_n; j++) row[j] = j;
    for (size_t i = 0; a[i] != '\0' && i < KEY_BYTES_MAX; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < b_n; j++) {
            size_t replace = diagonal + (a[i] != b[j]);
            size_t other = (row[j] < row[j + 1] ? row[j] : row[j + 1]) + 1;
            diagonal = row[j + 1];
            row[j + 1] = replace < other ? replace : other;
        }
    }
    return row[b_n];
}

static const char *nearest_key(const struct reading *reading, const char *key)
{
    const char *best = reading->table[0].key;
    for (size_t i = 1; i < reading->table_n; i++) {
        const char *other = reading->table[i].key;
        if (distance(key, other) < distance(key, best)) best = other;
    }
    return best;
}

/* The index of `key`, or table_n. */
static size_t find(const struct reading *reading, const char *key)
{
    size_t i = 0;
    while (i < reading->table_n && !text_equal(reading->table[i].key, key)) i++;
    return i;
}

static void wrong(struct reading *reading, const char *key, const char *text)
{
    reading->wrong = true;
    diag_add(reading->diag, reading->line, key, "%s", text);
}

static void wrong_range(struct reading *reading, const struct setting *setting,
                        const char *value)
{
    char least[32], most[32];
    text_from_double(setting->least, least);
    text_from_double(setting->most, most);
    reading->wrong = true;
    diag_add(reading->diag, reading->line, setting->key,
             "\"%s\" is not a %s from %s to %s", value,
             setting->kind == SETTING_COUNT ? "whole number" : "number", least, most);
}

static void set_text(struct reading *reading, const struct setting *setting,
                     const char *value)
{
    size_t n = strlen(value);
    if (n >= SETTING_TEXT_BYTES || !text_is_clean(value, n)) {
        wrong(reading, setting->key, "the text is longer than 255 bytes or not UTF-8");
        return;
    }
    memcpy(reading->target + setting->offset, value, n + 1);
}

static void set_count(struct reading *reading, const struct setting *setting,
                      const char *value)
{
    uint32_t count;
    if (text_to_u32(value, &count) || count < setting->least || count > setting->most) {
        wrong_range(reading, setting, value);
        return;
    }
    memcpy(reading->target + setting->offset, &count, sizeof count);
}

static void set_number(struct reading *reading, const struct setting *setting,
                       const char *value)
{
    double number;
    if (text_to_double(value, &number) || number < setting->least ||
        number > setting->most) {
        wrong_range(reading, setting, value);
        return;
    }
    memcpy(reading->target + setting->offset, &number, sizeof number);
}

static void set_flag(struct reading *reading, const struct setting *setting,
                     const char *value)
{
    bool yes = text_equal(value, "yes");
    if (!yes && !text_equal(value, "no")) {
        wrong(reading, setting->key, "write yes or no");
        return;
    }
    memcpy(reading->target + setting->offset, &yes, sizeof yes);
}

static void set(struct reading *reading, size_t setting_i, const char *value)
{
    static void (*const setters[])(struct reading *, const struct setting *,
                                   const char *) = {
        [SETTING_TEXT] = set_text,
        [SETTING_COUNT] = set_count,
        [SETTING_NUMBER] = set_number,
        [SETTING_FLAG] = set_flag,
    };
    const struct setting *setting = &reading->table[setting_i];
    ensure(setting->kind < COUNT(setters));

    uint64_t bit = UINT64_C(1) << setting_i;
    if (reading->given & bit) {
        wrong(reading, setting->key, "given twice; keep one of them");
        return;
    }
    reading->given |= bit;
    setters[setting->kind](reading, setting, value);
}

static void wrong_key(struct reading *reading, const char *key)
{
    reading->wrong = true;
    diag_add(reading->diag, reading->line, key,
             "there is no such setting; the nearest is \"%s\"",
             nearest_key(reading, key));
}

/* Cut blanks at both ends, in place. */
static char *trimmed(char *text)
{
    while (*text == ' ' || *text == '\t') text++;
    size_t n = strlen(text);
    while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t' || text[n - 1] == '\r'))
        n--;
    text[n] = '\0';
    return text;
}

/* A # at the start of the line, or after a blank, starts a comment. */
static void cut_comment(char *line)
{
    for (char *at = line; *at != '\0'; at++) {
        if (*at == '#' && (at == line || at[-1] == ' ' || at[-1] == '\t')) {
            *at = '\0';
            return;
        }
    }
}

static void read_line(struct reading *reading, char *line)
{
    cut_comment(line);
    char *text = trimmed(line);
    if (*text == '\0') return;
    char *equals = strchr(text, '=');
    if (!equals) {
        wrong(reading, "", "write \"key = value\"");
        return;
    }
    *equals = '\0';
    const char *key = trimmed(text);
    size_t setting_i = find(reading, key);
    if (setting_i == reading->table_n)
        wrong_key(reading, key);
    else
        set(reading, setting_i, trimmed(equals + 1));
}

static void read_lines(struct reading *reading, struct bytes rest)
{
    while (rest.n > 0) {
        const uint8_t *end = memchr(rest.at, '\n', rest.n);
        size_t n = end ? (size_t)(end - rest.at) : rest.n;
        char line[1024];
        reading->line++;
        if (memchr(rest.at, '\0', n) || n >= sizeof line) {
            wrong(reading, "", "the line is longer than 1023 bytes or holds a zero byte");
        } else {
            memcpy(line, rest.at, n);
            line[n] = '\0';
            read_line(reading, line);
        }
        struct bytes taken;
        ensure(bytes_take(&rest, end ? n + 1 : n, &taken));
    }
}

static void check_table(const struct setting *table, size_t table_n)
{
    ensure(table != NULL);
    ensure(table_n > 0);
    ensure(table_n <= SETTINGS_N_MAX);
}

err settings_read_file(const struct setting *table, size_t table_n, const char *path,
                       void *target, struct diag *diag)
{
    check_table(table, table_n);
    ensure(target != NULL);

    struct buffer text;
    buffer_open(&text, FILE_BYTES_MAX);
    err e = file_read_whole(path, &text);
    if (e) {
        diag_add(diag, 0, "", "%s cannot be read: %s", path, err_text(e));
        buffer_close(&text);
        return ERR_UNKNOWN;
    }
    struct reading reading = {table, table_n, target, diag, 0, 0, false};
    read_lines(&reading, buffer_bytes(&text));
    buffer_close(&text);
    return reading.wrong ? ERR_RANGE : ERR_OK;
}

/* One option at argv[at]; how many words it took. */
static int read_option(struct reading *reading, int argc, char **argv, int at)
{
    const char *word = argv[at] + 2;
    const char *equals = strchr(word, '=');
    size_t key_n = equals ? (size_t)(equals - word) : strlen(word);
    char key[KEY_BYTES_MAX];
    bool known = text_copy_n(key, sizeof key, word, key_n);
    size_t setting_i = known ? find(reading, key) : reading->table_n;
    if (setting_i == reading->table_n) {
        wrong_key(reading, key);
        return 1;
    }
    if (equals) {
        set(reading, setting_i, equals + 1);
        return 1;
    }
    if (reading->table[setting_i].kind == SETTING_FLAG) {
        set(reading, setting_i, "yes");
        return 1;
    }
    if (at + 1 == argc) {
        wrong(reading, key, "a value must follow");
        return 1;
    }
    set(reading, setting_i, argv[at + 1]);
    return 2;
}

/* tidy: allow parameters: as in the header */
err settings_read_arguments(const struct setting *table, size_t table_n, int argc,
                            char **argv, void *target, int *used_n, struct diag *diag)
{
    check_table(table, table_n);
    ensure(argv != NULL);
    ensure(target != NULL);
    ensure(used_n != NULL);

    struct reading reading = {table, table_n, target, diag, 0, 0, false};
    int at = argc > 0 ? 1 : 0;
    bool more = true;
    while (more && at < argc && text_starts(argv[at], "--")) {
        if (argv[at][2] == '\0') { /* "--" ends the options */
            more = false;
            at++;
        } else {
            at += read_option(&reading, argc, argv, at);
        }
    }
    *used_n = at;
    return reading.wrong ? ERR_RANGE : ERR_OK;
}

void settings_print_help(const struct setting *table, size_t table_n)
{
    static const char *const forms[] = {
        [SETTING_TEXT] = "TEXT",
        [SETTING_COUNT] = "COUNT",
        [SETTING_NUMBER] = "NUMBER",
        [SETTING_FLAG] = "",
    };
    check_table(table, table_n);

    for (size_t i = 0; i < table_n; i++) {
        const struct setting *setting = &table[i];
        char option[KEY_BYTES_MAX + 16];
        (void)text_format(option, sizeof option, "--%s %s", setting->key,
                          forms[setting->kind]);
        printf("  %-32s %s", option, setting->help);
        if (setting->kind == SETTING_COUNT || setting->kind == SETTING_NUMBER) {
            char least[32], most[32];
            text_from_double(setting->least, least);
            text_from_double(setting->most, most);
            printf(" (%s to %s)", least, most);
        }
        printf("\n");
    }
}

void settings_print_diag(const char *name, const struct diag *diag)
{
    ensure(name != NULL);
    ensure(diag != NULL);

    for (size_t i = 0; i < diag->n; i++) {
        const struct diag_line *at = &diag->at[i];
        if (at->line > 0)
            fprintf(stderr, "%s:%zu: ", name, at->line);
        else
            fprintf(stderr, "%s: ", name);
        if (at->field[0] != '\0') fprintf(stderr, "%s: ", at->field);
        fprintf(stderr, "%s\n", at->text);
    }
    if (diag->total > diag->n) {
        fprintf(stderr, "%s: and %zu more\n", name, diag->total - diag->n);
    }
}
