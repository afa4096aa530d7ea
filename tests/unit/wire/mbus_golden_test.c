/* mbus_golden_test.c - telegrams of real meters, held against libmbus's reading of them.
 *
 * tests/golden/mbus/README.md says where they are from. */
#include "base/ensure.h"
#include "base/text.h"
#include "check.h"
#include "wire/mbus.h"

#include <ctype.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { FILE_BYTES = 256 * 1024, FRAME_BYTES = 512, WORD_BYTES = 256, PATH_BYTES = 600 };

#define FOLDER HEATNET_GOLDEN "/mbus/"

static char xml[FILE_BYTES];

static bool read_file(const char *path, char *out, size_t out_n)
{
    FILE *file = fopen(path, "r");
    if (!file) return false;
    size_t n = fread(out, 1, out_n - 1, file);
    out[n] = 0;
    fclose(file);
    return true;
}

/* False: the file is not hex at all. */
static bool read_hex(const char *path, uint8_t *out, size_t *n)
{
    char hex[4096];

    assert_true(read_file(path, hex, sizeof hex));
    for (char *c = hex; *c; c++)
        if (isspace((unsigned char)*c)) *c = ' ';
    return bytes_from_hex(hex, out, FRAME_BYTES, n);
}

/* --- libmbus's words ---------------------------------------------------------------- */

/* The text of <NAME> before `end`; "" when there is none. */
static const char *element(const char *from, const char *end, const char *name)
{
    static char word[WORD_BYTES];
    char open[64];

    word[0] = 0;
    (void)text_format(open, sizeof open, "<%s>", name);
    const char *at = strstr(from, open);
    if (!at || at > end) return word;
    at += strlen(open);
    (void)text_copy_n(word, sizeof word, at, strcspn(at, "<"));
    return word;
}

static const struct {
    const char *theirs, *ours;
} words[] = {
    {"Instantaneous value", "instantaneous"},
    {"Maximum value", "maximum"},
    {"Minimum value", "minimum"},
    {"Value during error state", "error"},
    {"Manufacturer specific", "instantaneous"},
    {"More records follow", "instantaneous"},

    {"Breaker: Electricity", "breaker"},
    {"Bus/System", "bus_system"},
    {"Cold water", "cold_water"},
    {"Electricity", "electricity"},
    {"Gas", "gas"},
    {"Heat / Cooling load meter", "heat_cooling"},
    {"Heat: Outlet", "heat_outlet"},
    {"Oil", "oil"},
    {"Other", "other"},
    {"Warm water (30-90°C)", "warm_water"},
    {"Water", "water"},

    {"Reserved", ""}, /* the unit of a reserved VIF */
    {"m^3", "m³"},
    {"m^3/h", "m³/h"},
};

static const struct {
    const char *theirs, *ours;
} quantities[] = {
    {"%RH", "rh"},
    {"Actuality Duration", "actuality_duration"},
    {"Averaging Duration", "averaging_duration"},
    {"Current", "current"},
    {"Customer location", "customer_location"},
    {"Digital Input", "digital_input"},
    {"Digital Output", "digital_output"},
    {"Energy", "energy"},
    {"Error flags", "error_flags"},
    {"External temperature", "external_temperature"},
    {"Fabrication No", "fabrication_number"},
    {"Firmware version", "firmware_version"},
    {"Flow temperature", "supply_temperature"},
    {"Manufacturer specific", "manufacturer_specific"},
    {"Model / Version", "model_version"},
    {"On time", "on_time"},
    {"Operating time", "operating_time"},
    {"PW", "pw"},
    {"Parameter set identification", "parameter_set"},
    {"Power", "power"},
    {"Reserved", "unknown"},
    {"Return temperature", "return_temperature"},
    {"Software version", "software_version"},
    {"Special supplier information", "supplier_information"},
    {"Temperature difference", "temperature_difference"},
    {"Time point (date &amp; time)", "date_time"},
    {"Time point (date)", "date"},
    {"Voltage", "voltage"},
    {"Volume flow", "flow"},
    {"Volume", "volume"},
    {"bat. time", "bat_time"},
    {"cust. ID", "cust_id"},
};

static const char *our_word(const char *theirs)
{
    for (size_t i = 0; i < COUNT(words); i++)
        if (text_equal(words[i].theirs, theirs)) return words[i].ours;
    return theirs;
}

static const char *our_name(const char *quantity)
{
    for (size_t i = 0; i < COUNT(quantities); i++)
        if (text_equal(quantities[i].theirs, quantity)) return quantities[i].ours;
    return quantity[0] ? quantity : "manufacturer_data";
}

/* --- comparing ---------------------------------------------------------------------- */

/* libmbus writes six decimals. */
static bool is_same(double got, const char *want)
{
    char *end;
    double number = strtod(want, &end);
    return !*end && fabs(got - number) <= 1e-6 + 1e-12 * fabs(number);
}

/* "17 3E" beside the bytes, in either order. */
static bool is_same_hex(struct bytes raw, const char *want)
{
    uint8_t bytes[WORD_BYTES];
    size_t n;

    if (!bytes_from_hex(want, bytes, sizeof bytes, &n)) return false;
    if (raw.n < n || !n) return false;
    bool same = memcmp(raw.at, bytes, n) == 0, turned = raw.n == n;
    for (size_t i = 0; i < n && turned; i++)
        turned = raw.at[n - 1 - i] == bytes[i];
    return same || turned;
}

/* Modifiers that make another quantity of the value, which libmbus does not read. */
static bool is_modified(const char *name)
{
    static const char *const ends[] = {"_duration", "_count", "_begin", "_end", "_start"};
    size_t n = strlen(name);

    if (text_equal(name, "averaging_duration") || text_equal(name, "actuality_duration"))
        return false;
    for (size_t i = 0; i < COUNT(ends); i++) {
        size_t end_n = strlen(ends[i]);
        if (n > end_n && text_equal(name + n - end_n, ends[i])) return true;
    }
    return false;
}

static void check_value(const char *row, const struct telegram_value *v, const char *want,
                        const char *unit)
{
    char text[WORD_BYTES];

    (void)text_copy(text, sizeof text, want);
    size_t n = strlen(text);
    if (n && text[n - 1] == 'Z') text[--n] = 0;
    while (n && text[n - 1] == ' ')
        text[--n] = 0;
    switch (v->kind) {
    case TELEGRAM_NUMBER:
        if (is_same_hex(v->raw, want)) return;
        if (!is_same(v->normal_number, want))
            CHECK_TEXT(row, v->text[0] ? v->text : "another number", want);
        if (strcmp(unit, "-") && !text_starts(v->normal_unit, our_word(unit)))
            CHECK_TEXT(row, v->normal_unit, our_word(unit)); /* we may add "/pulse" */
        return;
    case TELEGRAM_TIME: /* libmbus takes "every year", 127, for 1900 + 127 */
        if (text_starts(v->text, "****") && text_starts(text, "2027"))
            memcpy(text, "****", 4);
        CHECK_TEXT(row, v->text, text);
        return;
    case TELEGRAM_TEXT: CHECK_TEXT(row, v->text, text); return;
    case TELEGRAM_BYTES: CHECK(row, !want[0] || is_same_hex(v->raw, want)); return;
    case TELEGRAM_ABSENT:
        if (strstr(want, "-00-00") || !want[0]) return;
        /* marked invalid, and two with BCD digits that are none */
        CHECK(row, text_starts(row, "REL-Relay-Padpuls2.hex record 1") ||
                       text_starts(row, "abb_f95.hex record "));
        return;
    }
}

static void check_record(const char *row, const struct telegram_value *v,
                         const char *from, const char *end)
{
    char quantity[WORD_BYTES], unit[WORD_BYTES];

    if (!element(from, end, "Function")[0]) return; /* libmbus does not know the VIF */
    CHECK_TEXT(row, v->function, our_word(element(from, end, "Function")));
    CHECK_EQ(row, v->storage, atoll(element(from, end, "StorageNumber")));
    CHECK_EQ(row, v->tariff, atoll(element(from, end, "Tariff")));
    CHECK_EQ(row, v->subunit, atoll(element(from, end, "Device")));
    (void)text_copy(quantity, sizeof quantity, element(from, end, "Quantity"));
    CHECK(row, text_starts(v->name, our_name(quantity)));
    (void)text_copy(unit, sizeof unit, element(from, end, "Unit"));
    if (!is_modified(v->name)) check_value(row, v, element(from, end, "Value"), unit);
}

static void check_header(const char *row, const struct telegram *t, const char *end)
{
    CHECK_EQ(row, atoll(t->id), atoll(element(xml, end, "Id")));
    if (element(xml, end, "Manufacturer")[0]) {
        CHECK_TEXT(row, t->manufacturer, element(xml, end, "Manufacturer"));
        CHECK_EQ(row, t->version, atoll(element(xml, end, "Version")));
    }
    CHECK_TEXT(row, t->medium, our_word(element(xml, end, "Medium")));
    CHECK_EQ(row, t->access_number, atoll(element(xml, end, "AccessNumber")));
    CHECK_EQ(row, t->status_bits, strtol(element(xml, end, "Status"), NULL, 16));
}

static void check_telegram(const char *name, const struct telegram *t)
{
    const char *at = strstr(xml, "</SlaveInformation>");
    char row[WORD_BYTES];
    size_t n = 0;

    assert_non_null(at);
    check_header(name, t, at);
    while ((at = strstr(at, "<DataRecord"))) {
        const char *end = strstr(at, "</DataRecord>");
        (void)text_format(row, sizeof row, "%s record %zu", name, n);
        CHECK(row, n < t->values_n);
        check_record(row, &t->values[n++], at, end);
        at = end;
    }
    CHECK_EQ(name, t->values_n, n);
    CHECK_EQ(name, t->more_follows, strstr(xml, "More records follow") != NULL);
}

/* Every cut of a telegram is an error, and says where. */
static void check_cuts(const char *name, const uint8_t *frame, size_t n)
{
    for (size_t cut = 0; cut < n; cut++) {
        struct telegram t;
        struct arena arena;
        arena_open(&arena, FILE_BYTES);
        CHECK_EQ(name, mbus_decode((struct bytes){frame, cut}, "", &arena, &t),
                 ERR_SHORT);
        CHECK(name, t.why[0] && t.at <= cut);
        arena_close(&arena);
    }
}

static size_t each_frame(const char *folder,
                         void (*check)(const char *name, const uint8_t *frame, size_t n))
{
    char path[PATH_BYTES];
    uint8_t frame[FRAME_BYTES];
    size_t n = 0, files_n = 0;

    DIR *list = opendir(folder);
    assert_non_null(list);
    for (struct dirent *entry; (entry = readdir(list));) {
        size_t name_n = strlen(entry->d_name);
        if (name_n < 5 || !text_equal(entry->d_name + name_n - 4, ".hex")) continue;
        (void)text_format(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (!read_hex(path, frame, &n)) n = 0;
        (void)text_format(path, sizeof path, "%s/%.*s.norm.xml", folder,
                          (int)(name_n - 4), entry->d_name);
        if (!read_file(path, xml, sizeof xml)) xml[0] = 0;
        check(entry->d_name, frame, n);
        files_n++;
    }
    closedir(list);
    return files_n;
}

static void check_good(const char *name, const uint8_t *frame, size_t n)
{
    struct telegram t;
    struct arena arena;

    arena_open(&arena, FILE_BYTES);
    CHECK_EQ(name, mbus_decode((struct bytes){frame, n}, "", &arena, &t), ERR_OK);
    check_telegram(name, &t);
    check_cuts(name, frame, n);
    arena_close(&arena);
}

static void meters_are_read_as_by_libmbus(void **state)
{
    (void)state;
    assert_int_equal(each_frame(FOLDER "test-frames", check_good), 44);
}

static const struct {
    const char *name;
    err want;
    size_t at;
    const char *kind, *status;
} bad[] = {
    {"buffer_too_long.hex", ERR_OK, 0, "application_error", "buffer_too_long"},
    {"premature_end_of_data1.hex", ERR_FRAME, 32, "read_answer", "ok"},
    {"premature_end_of_dif1.hex", ERR_FRAME, 30, "read_answer", "ok"},
    {"premature_end_of_dif2.hex", ERR_FRAME, 31, "read_answer", "ok"},
    {"premature_end_of_record.hex", ERR_OK, 0, "application_error",
     "premature_end_of_record"},
    {"too_long_var_vif.hex", ERR_FRAME, 43, "read_answer", "ok"},
    {"too_many_difes.hex", ERR_OK, 0, "application_error", "too_many_dife"},
    {"too_many_readouts.hex", ERR_OK, 0, "application_error", "too_many_readouts"},
    {"too_many_records.hex", ERR_OK, 0, "application_error", "too_many_records"},
    {"too_many_vife.hex", ERR_FRAME, 42, "read_answer", "ok"},
    {"too_many_vifes.hex", ERR_OK, 0, "application_error", "too_many_vife"},
    {"too_short_header.hex", ERR_FRAME, 12, "read_answer", ""},
    {"unspecified_error.hex", ERR_OK, 0, "application_error", "unspecified_error"},
    {"invalid_length.hex", ERR_FRAME, 1, "", ""},
    {"invalid_length2.hex", ERR_FRAME, 22, "read_answer", ""},
    {"manual_frame1.hex", ERR_SHORT, 0, "", ""}, /* not hex */
    {"manual_frame4.hex", ERR_OK, 0, "write", ""},
    {"manual_frame5.hex", ERR_OK, 0, "write", ""},
    {"manual_frame6.hex", ERR_OK, 0, "write", ""},
    {"svm_f22_telegram2.hex", ERR_OK, 0, "read_answer",
     "temporary_error manufacturer_bit_5 manufacturer_bit_6"},
};

static void check_bad(const char *name, const uint8_t *frame, size_t n)
{
    struct telegram t;
    struct arena arena;
    size_t i = 0;

    while (i < COUNT(bad) && !text_equal(bad[i].name, name))
        i++;
    CHECK(name, i < COUNT(bad));
    arena_open(&arena, FILE_BYTES);
    CHECK_EQ(name, mbus_decode((struct bytes){frame, n}, "", &arena, &t), bad[i].want);
    CHECK_EQ(name, t.at, bad[i].at);
    CHECK_EQ(name, !t.why[0], bad[i].want == ERR_OK);
    CHECK_TEXT(name, t.kind, bad[i].kind);
    CHECK_TEXT(name, t.status, bad[i].status);
    arena_close(&arena);
}

static void bad_frames_say_what_and_where(void **state)
{
    (void)state;
    size_t n = each_frame(FOLDER "error-frames", check_bad);
    n += each_frame(FOLDER "unsupported-frames", check_bad);
    assert_int_equal(n, COUNT(bad));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(meters_are_read_as_by_libmbus),
        cmocka_unit_test(bad_frames_say_what_and_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
