/* modbus_address_test.c - every way an address can be right or wrong, one row each. */
#include "base/ensure.h"
#include "base/text.h"
#include "check.h"
#include "wire/modbus_address.h"

static const struct {
    const char *text;
    err want;
    const char *host;
    unsigned port, unit;
} devices[] = {
    {"127.0.0.1:1502/1", ERR_OK, "127.0.0.1", 1502, 1},
    {"plc-7.local", ERR_OK, "plc-7.local", 502, 1},
    {"10.0.0.1/17", ERR_OK, "10.0.0.1", 502, 17},
    {"[fe80::1]:502/3", ERR_OK, "fe80::1", 502, 3},
    {"10.0.0.1:502/255", ERR_OK, "10.0.0.1", 502, 255},
    {"10.0.0.1:502/0", ERR_OK, "10.0.0.1", 502, 0},
    {"10.0.0.1:502/248", ERR_RANGE, "", 0, 0},
    {"10.0.0.1:0/1", ERR_RANGE, "", 0, 0},
    {"10.0.0.1:65536/1", ERR_RANGE, "", 0, 0},
    {"10.0.0.1:502/", ERR_RANGE, "", 0, 0},
    {"10.0.0.1:/1", ERR_RANGE, "", 0, 0},
    {":502/1", ERR_RANGE, "", 0, 0},
    {"", ERR_RANGE, "", 0, 0},
    {"[fe80::1:502/3", ERR_RANGE, "", 0, 0},
    {"[fe80::1]x", ERR_RANGE, "", 0, 0},
    {"a b:502/1", ERR_RANGE, "", 0, 0},
    {"10.0.0.1:502/1/2", ERR_RANGE, "", 0, 0},
    {"10.0.0.1:502/1;max=60;gap=0", ERR_OK, "10.0.0.1", 502, 1},
    {"10.0.0.1;timeout=200", ERR_OK, "10.0.0.1", 502, 1},
    {"10.0.0.1:502;timeout=20", ERR_RANGE, "", 0, 0},
};

static const struct {
    const char *text, *line;
    unsigned unit, max, gap, timeout, retries;
} rtu_devices[] = {
    {"serial:/dev/ttyUSB0:9600:8N1/5", "serial:/dev/ttyUSB0:9600:8N1", 5, 125, 32, 0, 0},
    {"tcp:10.0.0.7:4001/247;max=60;gap=8", "tcp:10.0.0.7:4001", 247, 60, 8, 0, 0},
    {"modem:138/1;timeout=5000;retries=2;pause=20", "modem:138", 1, 125, 32, 5000, 2},
    {"modem:138/1;gap=0", "modem:138", 1, 125, 0, 0, 0},
    {"modem:138", NULL, 0, 0, 0, 0, 0},
    {"modem:138/", NULL, 0, 0, 0, 0, 0},
    {"modem:138/248", NULL, 0, 0, 0, 0, 0},
    {"modem:138/1;", NULL, 0, 0, 0, 0, 0},
    {"modem:138/1;max=0", NULL, 0, 0, 0, 0, 0},
    {"modem:138/1;max=126", NULL, 0, 0, 0, 0, 0},
    {"modem:138/1;max", NULL, 0, 0, 0, 0, 0},
    {"modem:138/1;most=3", NULL, 0, 0, 0, 0, 0},
    {"modem:138/1;timeout=3;x", NULL, 0, 0, 0, 0, 0},
    {"/1", NULL, 0, 0, 0, 0, 0},
    {"", NULL, 0, 0, 0, 0, 0},
};

static void reads_rtu_devices(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rtu_devices); i++) {
        struct modbus_device_address a;
        char why[MODBUS_WHY_BYTES] = "";
        const char *row = rtu_devices[i].text;
        bool good = rtu_devices[i].line != NULL;
        CHECK_EQ(row, modbus_rtu_device_parse(row, &a, why, sizeof why) == 0, good);
        CHECK_EQ(row, why[0] == 0, good);
        if (!good) continue;
        CHECK_TEXT(row, a.line, rtu_devices[i].line);
        CHECK_EQ(row, a.unit, rtu_devices[i].unit);
        CHECK_EQ(row, a.limits.registers_max, rtu_devices[i].max);
        CHECK_EQ(row, a.limits.gap, rtu_devices[i].gap);
        CHECK_EQ(row, a.limits.timeout_ms, rtu_devices[i].timeout);
        CHECK_EQ(row, a.limits.retries, rtu_devices[i].retries);
    }
}

static const struct {
    const char *text;
    err want;
} points[] = {
    {"holding 0 f32", ERR_OK},
    {"holding 0 float abcd", ERR_OK},
    {"  input\t65535   u16 ", ERR_OK},
    {"holding 65534 f32 dcba", ERR_OK},
    {"holding 4 u16 bit 15", ERR_OK},
    {"holding 4 u64 cdab bit 63", ERR_OK},
    {"coil 3", ERR_OK},
    {"discrete 3 bit", ERR_OK},
    {"holding 65534 u64 cdab bit 63", ERR_RANGE},
    {"holding 65535 f32", ERR_RANGE},
    {"holding 65533 f64", ERR_RANGE},
    {"holding 65536 u16", ERR_RANGE},
    {"holding -1 u16", ERR_RANGE},
    {"holding 0", ERR_RANGE},
    {"holding", ERR_RANGE},
    {"", ERR_RANGE},
    {"register 0 u16", ERR_RANGE},
    {"holding 0 f16", ERR_RANGE},
    {"holding 0 bit", ERR_RANGE},
    {"coil 0 u16", ERR_RANGE},
    {"coil 0 bit abcd", ERR_RANGE},
    {"holding 0 f32 abdc", ERR_RANGE},
    {"holding 0 f32 bit 3", ERR_RANGE},
    {"holding 0 u16 bit 16", ERR_RANGE},
    {"holding 0 u16 bit", ERR_RANGE},
    {"holding 0 u16 bit 1 2", ERR_RANGE},
    {"holding 0 u16 abcd bit 3 4", ERR_RANGE},
    {"holding 0 u16aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ERR_RANGE},
};

static void reads_devices(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(devices); i++) {
        struct modbus_device_address a;
        char why[MODBUS_WHY_BYTES] = "";
        const char *row = devices[i].text;
        CHECK_EQ(row, modbus_device_parse(row, &a, why, sizeof why), devices[i].want);
        CHECK_EQ(row, why[0] != 0, devices[i].want != ERR_OK);
        if (devices[i].want) continue;
        CHECK_TEXT(row, a.host, devices[i].host);
        CHECK_EQ(row, a.port, devices[i].port);
        CHECK_EQ(row, a.unit, devices[i].unit);
    }
}

static void reads_points(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(points); i++) {
        struct modbus_point_address a;
        char why[MODBUS_WHY_BYTES] = "";
        const char *row = points[i].text;
        CHECK_EQ(row, modbus_point_parse(row, &a, why, sizeof why), points[i].want);
        CHECK_EQ(row, why[0] != 0, points[i].want != ERR_OK);
    }
}

static void checks_for_the_import(void **state)
{
    char why[MODBUS_WHY_BYTES] = "";
    (void)state;
    assert_int_equal(
        modbus_address_check("modbus-tcp", "device", "h:502/1", why, sizeof why), ERR_OK);
    assert_int_equal(
        modbus_address_check("modbus-tcp", "point", "coil 1", why, sizeof why), ERR_OK);
    assert_int_equal(
        modbus_address_check("modbus-tcp", "point", "h:502/1", why, sizeof why),
        ERR_RANGE);
    assert_int_equal(modbus_address_check("mbus", "point", "coil 1", why, sizeof why),
                     ERR_UNKNOWN);
    assert_true(text_starts(why, "the protocol"));
    assert_int_equal(modbus_address_check("mbus", "point", "coil 1", NULL, 0),
                     ERR_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_devices),
        cmocka_unit_test(reads_rtu_devices),
        cmocka_unit_test(reads_points),
        cmocka_unit_test(checks_for_the_import),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
