/* meter_address_test.c - addresses of CJ/T 188 and DL/T 645 devices and points, right and
 * wrong. */
#include "base/ensure.h"
#include "base/text.h"
#include "check.h"
#include "wire/cjt188_address.h"
#include "wire/dlt645_address.h"

static const struct {
    const char *text, *says; /* "" = right */
    uint8_t first;           /* byte of the address on the wire */
} devices[] = {
    {"11110059493675", "", 0x75},
    {"3675", "", 0x75},
    {"12345678901234;dialect=be", "", 0x12},
    {"12345678901234;dialect=be;order=low", "", 0x34},
    {"12345678901234;order=high;type=10;di=high;sequence=any", "", 0x12},
    {"12345678;dialect=unit-first+plus33+flow3", "", 0x78},
    {"12345678;dialect=auto", "", 0x78},
    {"AAAAAAAAAAAAAA", "", 0xAA},
    {"FFFFF140390318;dialect=be", "", 0xFF},
    {"", "1 to 14 digits", 0},
    {"123456789012345", "1 to 14 digits", 0},
    {"12345678901234567890", "at most 14 digits", 0},
    {"1234x", "1 to 14 digits", 0},
    {"1234;dialect=klingon", "dialect is auto", 0},
    {"1234;type=heat", "two hex digits", 0},
    {"1234;order=up", "low or high", 0},
    {"1234;speed=2400", "settings are type", 0},
    {"1234;", "KEY=VALUE", 0},
    {"1234;type", "KEY=VALUE", 0},
};

static void cjt188_devices(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(devices); i++) {
        struct cjt188_device device;
        char why[200] = "";
        err e = cjt188_device_parse(devices[i].text, &device, why, sizeof why);
        CHECK_EQ(devices[i].text, e == ERR_OK, devices[i].says[0] == 0);
        CHECK(devices[i].text, strstr(why, devices[i].says) != NULL);
        if (!e) CHECK_EQ(devices[i].text, device.address[0], devices[i].first);
        if (e) CHECK(devices[i].text, strstr(why, "the form is LINE/ADDRESS") != NULL);
    }
}

static const struct {
    const char *text, *says, *name;
    uint16_t di;
    int bit;
} points[] = {
    {"supply_temperature", "", "supply_temperature", 0x901F, -1},
    {"D120", "", "", 0xD120, -1},
    {"911f supply_temperature", "", "supply_temperature", 0x911F, -1},
    {"status bit 2", "", "status", 0x901F, 2},
    {"current_heat MWh", "", "current_heat", 0x901F, -1},
    {"current_heat furlong", "only a unit", "", 0, 0},
    {"", "missing", "", 0, 0},
    {"Supply Temperature", "small letters", "", 0, 0},
    {"status bit 32", "bit 0 to bit 31", "", 0, 0},
    {"status bit", "bit 0 to bit 31", "", 0, 0},
    {"status word", "bit 0 to bit 31", "", 0, 0},
};

static void cjt188_points(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(points); i++) {
        struct cjt188_point point;
        char why[200] = "";
        err e = cjt188_point_parse(points[i].text, &point, why, sizeof why);
        CHECK_EQ(points[i].text, e == ERR_OK, points[i].says[0] == 0);
        CHECK(points[i].text, strstr(why, points[i].says) != NULL);
        if (e) continue;
        CHECK_TEXT(points[i].text, point.name, points[i].name);
        CHECK_EQ(points[i].text, point.di, points[i].di);
        CHECK_EQ(points[i].text, point.bit, points[i].bit);
    }
}

static const struct {
    const char *text, *says, *name;
    uint32_t di;
    int tariff, bit;
} items[] = {
    {"forward_active_energy", "", "forward_active_energy", 0x00010000, -1, -1},
    {"voltage_b", "", "voltage_b", 0x02010200, -1, -1},
    {"active_power", "", "active_power", 0x02030000, -1, -1},
    {"power_factor_c", "", "power_factor_c", 0x02060300, -1, -1},
    {"frequency", "", "frequency", 0x02800002, -1, -1},
    {"status_word_1 bit 2", "", "status_word_1", 0x04000501, -1, 2},
    {"00010000", "", "", 0x00010000, -1, -1},
    {"0001ff00 tariff 2", "", "", 0x0001FF00, 2, -1},
    {"0201FF00 voltage_c", "", "voltage_c", 0x0201FF00, -1, -1},
    {"", "missing", "", 0, 0, 0},
    {"warmth", "no value has this name", "", 0, 0, 0},
    {"0001ff00 tariff 64", "0 to 63", "", 0, 0, 0},
    {"0001ff00 tariff 1 x", "tariff N and bit N only", "", 0, 0, 0},
};

static void dlt645_addresses(void **state)
{
    (void)state;
    uint8_t address[DLT645_ADDRESS_N];
    char why[200] = "";

    for (size_t i = 0; i < COUNT(items); i++) {
        struct dlt645_point point;
        err e = dlt645_point_parse(items[i].text, &point, why, sizeof why);
        CHECK_EQ(items[i].text, e == ERR_OK, items[i].says[0] == 0);
        if (e) CHECK(items[i].text, strstr(why, items[i].says) != NULL);
        if (e) continue;
        CHECK_TEXT(items[i].text, point.name, items[i].name);
        CHECK_EQ(items[i].text, point.di, items[i].di);
        CHECK_EQ(items[i].text, point.has_tariff ? (int)point.tariff : -1,
                 items[i].tariff);
        CHECK_EQ(items[i].text, point.bit, items[i].bit);
    }
    assert_int_equal(dlt645_device_parse("071801024091", address, why, sizeof why),
                     ERR_OK);
    assert_int_equal(address[0], 0x91);
    assert_int_equal(dlt645_device_parse("0718;x=1", address, why, sizeof why),
                     ERR_RANGE);
    assert_non_null(strstr(why, "1 to 12 digits"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cjt188_devices),
        cmocka_unit_test(cjt188_points),
        cmocka_unit_test(dlt645_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
