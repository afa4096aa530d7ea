/* modem_pattern_test.c - registrations and heartbeats as makers of modems send them, each
 * also cut at every byte. */
#include "base/bytes.h"
#include "check.h"
#include "link/modem_pattern.h"

#include <string.h>

static const struct {
    const char *pattern, *packet, *name;
    size_t used; /* 0: the packet fits not */
} rows[] = {
    {"REG:{digits:11}\\r\\n", "REG:13800001111\r\n\x01\x03", "13800001111", 17},
    {"{digits:15}", "866123456789012", "866123456789012", 15},
    {"{digits}\\r", "13800001111\r", "13800001111", 12},
    {"{digits:11}", "1380000111a", "", 0},
    {"ID={text};", "ID=station-7;", "station-7", 13},
    {"ID={text};", "ID=sta tion;", "", 0},
    {"ID={text};", "ID=;", "", 0},
    {"{bytes:8}", "DTU00042rest", "DTU00042", 8},
    {"{bytes:3}", "\x01\x02\xFF", "0102ff", 3},
    {"\\x7E\\x01{bcd:6}\\x0D", "\x7E\x01\x01\x38\x12\x34\x56\x78\x0D", "013812345678", 9},
    {"\\x7E\\x01{bcd:6}\\x0D", "\x7E\x01\x0A\x38\x12\x34\x56\x78\x0D", "", 0},
    {"{hex:4}", "\xDE\xAD\xBE\xEF", "deadbeef", 4},
    {"a{any:2}{hex:1}", "a??\x42", "42", 4},
    {"www.example.com", "www.example.com", "", 15},
    {"{digits:11}|ID={text}\\n|\\x01{hex:2}", "ID=x\n", "x", 5},
    {"{digits:11}|ID={text}\\n|\\x01{hex:2}", "\x01\x0a\x0b", "0a0b", 3},
    {"{digits:3}-{digits:2}", "123-45", "12345", 6},
};

static void packets_are_recognised(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct modem_patterns p;
        char why[160], name[MODEM_NAME_BYTES] = "";
        size_t used = 0, n = strlen(rows[i].packet);
        assert_int_equal(modem_patterns_parse(rows[i].pattern, &p, why, sizeof why), 0);
        struct bytes in = {(const uint8_t *)rows[i].packet, n};
        err e = modem_patterns_match(&p, in, false, &used, name);
        if (e != (rows[i].used ? ERR_OK : ERR_FRAME) || used != rows[i].used ||
            strcmp(name, rows[i].name) != 0)
            fail_msg("%s: %s %zu \"%s\"", rows[i].pattern, err_name(e), used, name);
        for (size_t cut = 0; cut < rows[i].used; cut++) {
            in.n = cut;
            e = modem_patterns_match(&p, in, false, &used, name);
            if (e != ERR_SHORT) fail_msg("%s cut at %zu", rows[i].pattern, cut);
        }
    }
}

static void open_field_ends_when_it_is_quiet(void **state)
{
    struct modem_patterns p;
    char name[MODEM_NAME_BYTES];
    size_t used = 0;
    struct bytes in = bytes_of_text("13800001111");
    (void)state;
    assert_int_equal(modem_patterns_parse("{digits}", &p, NULL, 0), ERR_OK);
    assert_int_equal(modem_patterns_match(&p, in, false, &used, name), ERR_SHORT);
    assert_int_equal(modem_patterns_match(&p, in, true, &used, name), ERR_OK);
    assert_string_equal(name, "13800001111");
}

static void wrong_patterns_are_told(void **state)
{
    static const struct {
        const char *pattern, *says;
    } wrong[] = {
        {"", "empty"},
        {"a|", "empty"},
        {"{digits:11", "has no }"},
        {"{phone:11}", "one of digits"},
        {"{hex}", "number of bytes"},
        {"{hex:0}", "1 to 24"},
        {"{hex:25}", "1 to 24"},
        {"\\q", "after \\"},
        {"\\x4", "after \\"},
        {"\\xZZ", "after \\"},
        {"{text}{hex:1}", "behind {text}"},
        {"a|b|c|d|e|f|g", "too many patterns"},
        {"{any:1}a{any:1}a{any:1}a{any:1}", "too many parts"},
        {"0123456789012345678901234567890123456789012345678901234567890123456789",
         "too many fixed"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct modem_patterns p;
        char why[160] = "";
        err e = modem_patterns_parse(wrong[i].pattern, &p, why, sizeof why);
        if (e != ERR_RANGE || !strstr(why, wrong[i].says))
            fail_msg("%s: %s, %s", wrong[i].pattern, err_name(e), why);
    }
}

/* --- heartbeats ------------------------------------------------------------------ */

static const struct {
    const char *pattern, *stream, *kept;
    size_t beats;
} streams[] = {
    {"HEART", "HEART", "", 1},
    {"HEART", "abcHEARTdefHEARTHEART", "abcdef", 3},
    {"HEART", "HEAHEART", "HEA", 1},
    {"HEART", "HEAR", "HEAR", 0},
    {"HEART|\\xFE\\xFE\\xFE\\xFE{any:1}", "a\xFE\xFE\xFE\xFE\x07z", "az", 1},
    {"HB", "HBHB", "", 2},
    {"HB", "aHBb", "aHBb", 0}, /* too short to be sure */
};

/* The stream in two pieces and then silence; what goes on is in `got`. */
static size_t strip_cut(const struct modem_patterns *p, const char *stream, size_t cut,
                        uint8_t *got, size_t *beats)
{
    size_t ends[] = {cut, strlen(stream), strlen(stream)}, from = 0, n = 0, have = 0;
    uint8_t in[64], out[64];

    for (size_t part = 0; part < 3; part++) {
        struct modem_stripped s = {.out = out};
        memcpy(in + n, stream + from, ends[part] - from);
        n += ends[part] - from;
        from = ends[part];
        modem_heartbeats_strip(p, (struct bytes){in, n}, part == 2, &s);
        memcpy(got + have, out, s.kept_n);
        have += s.kept_n;
        *beats += s.beats_n;
        memmove(in, in + n - s.held_n, s.held_n);
        n = s.held_n;
    }
    assert_int_equal(n, 0);
    return have;
}

static void heartbeats_are_stripped_however_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof streams / sizeof streams[0]; i++) {
        struct modem_patterns p;
        assert_int_equal(modem_patterns_parse(streams[i].pattern, &p, NULL, 0), ERR_OK);
        size_t step = strlen(streams[i].pattern) < MODEM_HEARTBEAT_SURE ? 2 : 1;
        for (size_t cut = 0; cut <= strlen(streams[i].stream); cut += step) {
            uint8_t got[64];
            size_t beats = 0, n = strip_cut(&p, streams[i].stream, cut, got, &beats);
            if (n != strlen(streams[i].kept) || beats != streams[i].beats ||
                memcmp(got, streams[i].kept, n) != 0)
                fail_msg("%s cut at %zu: %zu bytes, %zu beats", streams[i].stream, cut, n,
                         beats);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_are_recognised),
        cmocka_unit_test(open_field_ends_when_it_is_quiet),
        cmocka_unit_test(wrong_patterns_are_told),
        cmocka_unit_test(heartbeats_are_stripped_however_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
