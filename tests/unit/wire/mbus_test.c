/* mbus_test.c - records by the tables of EN 13757-3, one row each; and frames, addresses,
 * points. */
#include "base/ensure.h"
#include "base/text.h"
#include "check.h"
#include "wire/mbus.h"
#include "wire/mbus_address.h"

#include <math.h>

enum { FRAME_BYTES = 300, ARENA_BYTES = 1 << 20 };

static const struct {
    const char *record, *name, *unit;
    double number;
    const char *normal_unit;
    double normal;
} numbers[] = {
    {"02 00 34 12", "energy", "Wh", 4.66, "Wh", 4.66},
    {"02 05 34 12", "energy", "kWh", 466, "Wh", 466000},
    {"02 0E 34 12", "energy", "MJ", 4660, "J", 4660e6},
    {"01 13 FF", "volume", "m³", -0.001, "m³", -0.001},
    {"02 2E 34 12", "power", "kW", 4660, "W", 4660e3},
    {"02 40 34 12", "flow", "m³/min", 0.000466, "m³/h", 0.02796},
    {"02 48 34 12", "flow", "m³/s", 0.00000466, "m³/h", 0.016776},
    {"01 22 0A", "on_time", "h", 10, "s", 36000},
    {"01 69 0A", "pressure", "bar", 0.1, "bar", 0.1},
    {"02 FB 00 34 12", "energy", "MWh", 466, "Wh", 466e6},
    {"02 FB 09 34 12", "energy", "GJ", 4660, "J", 4660e9},
    {"01 FB 0D 0A", "energy", "Mcal", 10, "J", 41.868e6},
    {"02 FB 1A F4 01", "relative_humidity", "%", 50, "%", 50},
    {"02 FB 2E F4 01", "frequency", "Hz", 50, "Hz", 50},
    {"02 FB 59 40 08", "supply_temperature", "°F", 21.12, "°C", (21.12 - 32) / 1.8},
    {"02 FD 48 FC 08", "voltage", "V", 230, "V", 230},
    {"02 FD 59 FC 08", "current", "A", 2.3, "A", 2.3},
    {"01 FD 17 80", "error_flags", "", 128, "", 128},
    {"01 FD 74 0A", "battery_remaining", "d", 10, "s", 864000},
    {"02 86 22 34 12", "energy", "kWh/h", 4660, "Wh/h", 4660e3},
    {"02 86 74 34 12", "energy", "kWh", 46.6, "Wh", 46600},
    {"02 86 7D 01 00", "energy", "kWh", 1000, "Wh", 1e6},
    {"01 93 79 0A", "volume", "m³", 0.02, "m³", 0.02},
    {"01 AE 48 0A", "power_upper_limit", "kW", 10, "W", 10000},
    {"01 AE 49 0A", "power_upper_limit_exceed_count", "", 10, "", 10},
    {"01 AE 5E 0A", "power_upper_limit_exceed_last_duration", "h", 10, "s", 36000},
    {"01 86 FC 01 0A", "energy_l1", "kWh", 10, "Wh", 10000},
    {"01 EF 08 0A", "unknown_6f_08", "", 10, "", 10},
    {"01 FD FD 02 0A", "unknown_fd_fd_02", "", 10, "", 10},
    {"02 86 44 34 12", "energy_44", "kWh", 4660, "Wh", 4660e3},
    {"01 FF 60 0A", "manufacturer_specific_60", "", 10, "", 10},
    {"0A 5A 55 F7", "supply_temperature", "°C", -75.5, "°C", -75.5},
    {"0E 13 12 90 78 56 34 12", "volume", "m³", 123456789.012, "m³", 123456789.012},
    {"05 5B 66 66 AA 41", "supply_temperature", "°C", 21.3, "°C", 21.3},
    {"07 78 FF FF FF FF FF FF FF FF", "fabrication_number", "", -1, "", -1},
    {"0D 06 C3 56 34 12", "energy", "kWh", 123456, "Wh", 123456e3},
    {"0D 06 D2 34 12", "energy", "kWh", -1234, "Wh", -1234e3},
    {"0D 06 E2 34 12", "energy", "kWh", 4660, "Wh", 4660e3},
};

static const struct {
    const char *record, *name;
    enum telegram_kind kind;
    const char *text;
} others[] = {
    {"02 6C 5F 1C", "date", TELEGRAM_TIME, "2010-12-31"},
    {"02 6C FF FC", "date", TELEGRAM_TIME, "****-12-31"},
    {"04 6D 1A 2F 65 11", "date_time", TELEGRAM_TIME, "2011-01-05T15:26:00"},
    {"04 6D 9A 2F 65 11", "date_time", TELEGRAM_ABSENT, ""},
    {"03 6D 0B 16 17", "date_time", TELEGRAM_TIME, "23:22:11"},
    {"06 6D 0B 16 17 65 11 00", "date_time", TELEGRAM_TIME, "2011-01-05T23:22:11"},
    {"06 6D 0B 16 17 65 C1 00", "date_time", TELEGRAM_TIME, "2099-01-05T23:22:11"},
    {"0D 6D E3 01 02 03", "date_time", TELEGRAM_BYTES, "010203"},
    {"04 AD 6F 32 14 7A 18", "power_last_end", TELEGRAM_TIME, "2011-08-26T20:50:00"},
    {"02 6C FF FF", "date", TELEGRAM_ABSENT, ""},
    {"0D FD 11 03 43 42 41", "customer", TELEGRAM_TEXT, "ABC"},
    {"0D FD 11 02 FC 41", "customer", TELEGRAM_TEXT, "Aü"},
    {"0A 5A DD EB", "supply_temperature", TELEGRAM_ABSENT, "no number: EBDD"},
    {"05 5B 00 00 C0 7F", "supply_temperature", TELEGRAM_ABSENT, ""},
    {"02 86 15 00 00", "energy", TELEGRAM_ABSENT, "no data available"},
    {"00 06", "energy", TELEGRAM_ABSENT, "no data"},
    {"07 78 FE FF FF FF FF FF FF 7F", "fabrication_number", TELEGRAM_NUMBER,
     "9223372036854775806"},
    {"07 03 FE FF FF FF FF FF FF 7F", "energy", TELEGRAM_NUMBER, "9223372036854775806"},
    {"07 00 FE FF FF FF FF FF FF 7F", "energy", TELEGRAM_NUMBER, "9223372036854775.806"},
    {"0F 01 02", "manufacturer_data", TELEGRAM_BYTES, "0102"},
};

static size_t make_frame(const char *data, uint8_t *out)
{
    uint8_t bytes[FRAME_BYTES];
    struct mbus_frame frame = {.kind = MBUS_FRAME_LONG,
                               .control = 8,
                               .address = 1,
                               .info = 0x78,
                               .data.at = bytes};

    assert_true(bytes_from_hex(data, bytes, sizeof bytes, &frame.data.n));
    return mbus_frame_encode(&frame, out);
}

static bool is_near(double a, double b)
{
    return fabs(a - b) <= 1e-12 * fabs(b);
}

static void records_follow_the_tables(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(numbers); i++) {
        uint8_t bytes[MBUS_FRAME_BYTES_MAX];
        const char *row = numbers[i].record;
        struct telegram t;
        struct arena arena;
        arena_open(&arena, ARENA_BYTES);
        size_t n = make_frame(row, bytes);
        CHECK_EQ(row, mbus_decode((struct bytes){bytes, n}, "", &arena, &t), ERR_OK);
        CHECK_EQ(row, t.values_n, 1);
        CHECK_EQ(row, t.values[0].kind, TELEGRAM_NUMBER);
        CHECK_TEXT(row, t.values[0].name, numbers[i].name);
        CHECK_TEXT(row, t.values[0].unit, numbers[i].unit);
        CHECK_TEXT(row, t.values[0].normal_unit, numbers[i].normal_unit);
        CHECK(row, is_near(t.values[0].number, numbers[i].number));
        CHECK(row, is_near(t.values[0].normal_number, numbers[i].normal));
        arena_close(&arena);
    }
}

static void other_records_follow_the_tables(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(others); i++) {
        uint8_t bytes[MBUS_FRAME_BYTES_MAX];
        const char *row = others[i].record;
        struct telegram t;
        struct arena arena;
        arena_open(&arena, ARENA_BYTES);
        size_t n = make_frame(row, bytes);
        CHECK_EQ(row, mbus_decode((struct bytes){bytes, n}, "", &arena, &t), ERR_OK);
        CHECK_EQ(row, t.values_n, 1);
        CHECK_EQ(row, t.values[0].kind, others[i].kind);
        CHECK_TEXT(row, t.values[0].name, others[i].name);
        CHECK_TEXT(row, t.values[0].text, others[i].text);
        arena_close(&arena);
    }
}

/* --- whole telegrams ---------------------------------------------------------------- */

static const struct {
    const char *hex;
    err want;
    const char *kind, *address;
    size_t values_n;
} telegrams[] = {
    {"E5", ERR_OK, "acknowledge", "", 0},
    {"10 40 05 45 16", ERR_OK, "reset", "5", 0},
    {"10 7B FD 78 16", ERR_OK, "request", "253", 0},
    {"10 5A 05 5F 16", ERR_OK, "request_alarm", "5", 0},
    {"10 40 05 46 16", ERR_CHECK, "", "", 0},
    {"10 40 05 45 17", ERR_FRAME, "", "", 0},
    {"E5 E5", ERR_FRAME, "acknowledge", "", 0},
    {"68 0B 0B 68 53 FD 52 78 56 34 12 FF FF FF FF B2 16", ERR_OK, "select", "253", 0},
    {"68 03 03 68 53 FE BB 0C 16", ERR_OK, "set_speed_2400", "254", 0},
    {"68 03 03 68 08 05 72 7F 16", ERR_FRAME, "read_answer", "5", 0},
    {"68 03 04 68 08 05 72 7F 16", ERR_FRAME, "", "", 0},
    {"68 13 13 68 08 05 73 78 56 34 12 0A 00 E9 7E 01 00 00 00 35 01 00 00 3C 16", ERR_OK,
     "read_answer", "5", 2},
};

static void telegrams_are_told_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(telegrams); i++) {
        uint8_t bytes[FRAME_BYTES];
        const char *row = telegrams[i].hex;
        size_t n;
        struct telegram t;
        struct arena arena;
        arena_open(&arena, ARENA_BYTES);
        assert_true(bytes_from_hex(row, bytes, sizeof bytes, &n));
        CHECK_EQ(row, mbus_decode((struct bytes){bytes, n}, "", &arena, &t),
                 telegrams[i].want);
        CHECK_TEXT(row, t.kind, telegrams[i].kind);
        CHECK_TEXT(row, t.address, telegrams[i].address);
        CHECK_EQ(row, t.values_n, telegrams[i].values_n);
        arena_close(&arena);
    }
}

/* The worked example of the fixed data structure in the M-Bus documentation: litres now,
 * and the same unit stored at the fixed day. */
static void fixed_data_has_two_counters(void **state)
{
    uint8_t bytes[FRAME_BYTES];
    size_t n;
    struct telegram t;
    struct arena arena;
    (void)state;
    arena_open(&arena, ARENA_BYTES);
    assert_true(
        bytes_from_hex(telegrams[COUNT(telegrams) - 1].hex, bytes, sizeof bytes, &n));
    assert_int_equal(mbus_decode((struct bytes){bytes, n}, "", &arena, &t), ERR_OK);
    assert_string_equal(t.id, "12345678");
    assert_string_equal(t.medium, "water");
    assert_int_equal(t.access_number, 10);
    assert_string_equal(t.values[0].unit, "l");
    assert_true(is_near(t.values[0].number, 1));
    assert_int_equal(t.values[1].storage, 1);
    assert_true(is_near(t.values[1].number, 135));
    arena_close(&arena);
}

/* --- addresses ---------------------------------------------------------------------- */

static const struct {
    const char *text;
    err want;
    const char *shown; /* secondary */
    uint32_t every_s, speed_bd;
} devices[] = {
    {"tcp:h:1/5", ERR_OK, NULL, 0, 0},
    {"serial:/dev/ttyUSB0:2400:8E1/250", ERR_OK, NULL, 0, 0},
    {"tcp:h:1/251", ERR_RANGE, NULL, 0, 0},
    {"tcp:h:1/12345678", ERR_OK, "12345678.*.*.*", 0, 0},
    {"tcp:h:1/1234???f.kam.*.4;every=69min;speed=300", ERR_OK, "1234FFFF.KAM.*.4", 4140, 300},
    {"tcp:h:1/12345678.KAM.256", ERR_RANGE, NULL, 0, 0},
    {"tcp:h:1/123456789", ERR_RANGE, NULL, 0, 0},
    {"tcp:h:1/12345678.KA", ERR_RANGE, NULL, 0, 0},
    {"tcp:h:1/5;every=", ERR_RANGE, NULL, 0, 0},
    {"tcp:h:1/5;speed=110", ERR_RANGE, NULL, 0, 0},
    {"tcp:h:1/", ERR_RANGE, NULL, 0, 0},
    {"5", ERR_RANGE, NULL, 0, 0},
    {"", ERR_RANGE, NULL, 0, 0},
};

static void devices_are_parsed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(devices); i++) {
        const char *row = devices[i].text;
        char why[200] = "", shown[MBUS_ADDRESS_BYTES];
        struct mbus_address a;
        CHECK_EQ(row, mbus_address_check("mbus", "device", row, why, sizeof why),
                 devices[i].want);
        CHECK_EQ(row, !why[0], devices[i].want == ERR_OK);
        if (devices[i].want) continue;
        CHECK_EQ(row, mbus_address_parse(strrchr(row, '/') + 1, &a, NULL, 0), ERR_OK);
        CHECK_EQ(row, a.every_s, devices[i].every_s);
        CHECK_EQ(row, a.speed_bd, devices[i].speed_bd);
        CHECK_EQ(row, a.secondary, devices[i].shown != NULL);
        if (!a.secondary) continue;
        mbus_address_text(a.select, shown);
        CHECK_TEXT(row, shown, devices[i].shown);
    }
}

static const struct {
    const char *text;
    err want;
} points[] = {
    {"energy", ERR_OK},
    {"  energy   GJ storage 1 tariff 2 subunit 3 max ", ERR_OK},
    {"record 5", ERR_OK},
    {"status", ERR_OK},
    {"record", ERR_RANGE},
    {"record 0", ERR_RANGE},
    {"energy storage", ERR_RANGE},
    {"energy kWh GJ", ERR_RANGE},
    {"Energy", ERR_RANGE},
    {"", ERR_RANGE},
};

static void points_are_parsed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(points); i++) {
        char why[200] = "";
        CHECK_EQ(points[i].text,
                 mbus_address_check("mbus", "point", points[i].text, why, sizeof why),
                 points[i].want);
        CHECK_EQ(points[i].text, !why[0], points[i].want == ERR_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_follow_the_tables),
        cmocka_unit_test(other_records_follow_the_tables),
        cmocka_unit_test(telegrams_are_told_apart),
        cmocka_unit_test(fixed_data_has_two_counters),
        cmocka_unit_test(devices_are_parsed),
        cmocka_unit_test(points_are_parsed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
