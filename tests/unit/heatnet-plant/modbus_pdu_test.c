/* modbus_pdu_test.c - every way a request can be right or wrong, and random bytes. */
#include "heatnet-plant/chance.h"
#include "heatnet-plant/modbus_pdu.h"

#include "base/ensure.h"
#include "check.h"

#include <math.h>

/* Station S01; `want` is the start of the answer. */
static const struct {
    const char *name, *request, *want;
} rows[] = {
    {"read holding",         "03 0038 0001",                        "03 02 0000"     },
    {"read to the end",      "03 004F 0001",                        "03 02 0000"     },
    {"one beyond the end",   "03 0050 0001",                        "83 02"          },
    {"far beyond",           "03 FFFF 0001",                        "83 02"          },
    {"across the end",       "03 0040 0064",                        "83 02"          },
    {"none",                 "03 0000 0000",                        "83 03"          },
    {"126 registers",        "03 0000 007E",                        "83 03"          },
    {"too short",            "03 0000 00",                          "83 03"          },
    {"too long",             "03 0000 0001 00",                     "83 03"          },
    {"only a function",      "03",                                  "83 03"          },
    {"input registers",      "04 0000 0002",                        "04 04 0000 0000"},
    {"coils",                "01 0000 0002",                        "01 01 01"       },
    {"discrete inputs",      "02 0000 0004",                        "02 01 01"       },
    {"nine inputs",          "02 0000 0009",                        "02 02 01 00"    },
    {"2001 coils",           "01 0000 07D1",                        "81 03"          },
    {"write a word",         "06 002C 01C2",                        "06 002C 01C2"   },
    {"beyond its range",     "06 002C 0258",                        "86 03"          },
    {"below its range",      "06 002C 0000",                        "86 03"          },
    {"read only",            "06 0000 0001",                        "86 02"          },
    {"nobody's register",    "06 0046 0001",                        "86 02"          },
    {"half a float",         "06 0020 4240",                        "86 02"          },
    {"write short",          "06 002C",                             "86 03"          },
    {"write a float, cdab",  "10 0020 0002 04 0000 4240",           "10 0020 0002"   },
    {"a float that is none", "10 0020 0002 04 0000 7FC0",           "90 03"          },
    {"too hot",              "10 0020 0002 04 0000 42C8",           "90 03"          },
    {"bytes do not fit",     "10 0020 0002 03 0000 4240",           "90 03"          },
    {"no registers",         "10 0020 0000 00",                     "90 03"          },
    {"two points at once",   "10 0020 0004 08 0000 4234 0000 4000", "10 0020 0004"   },
    {"second is wrong",      "10 0020 0004 08 0000 4230 0000 41F0", "90 03"          },
    {"half is read only",    "10 0028 0002 04 01F4 0000",           "90 02"          },
    {"coil on",              "05 0001 FF00",                        "05 0001 FF00"   },
    {"coil off",             "05 0001 0000",                        "05 0001 0000"   },
    {"coil neither",         "05 0001 0001",                        "85 03"          },
    {"no such coil",         "05 0002 FF00",                        "85 02"          },
    {"two coils",            "0F 0000 0002 01 01",                  "0F 0000 0002"   },
    {"coils, bytes wrong",   "0F 0000 0002 02 01 00",               "8F 03"          },
    {"write and read",       "17 002C 0001 002C 0001 02 01A4",      "17 02 01A4"     },
    {"write wrong and read", "17 002C 0001 002C 0001 02 FFFF",      "97 03"          },
    {"diagnostics",          "08 0000 0000",                        "88 01"          },
    {"function 0",           "00",                                  "80 01"          },
    {"function 255",         "FF 00",                               "FF 01"          },
};

static struct plant *open_plant(void)
{
    struct plant *plant = NULL;
    assert_int_equal(plant_open(1, 1768435200, &plant), ERR_OK);
    return plant;
}

static void all_rows(void **state)
{
    (void)state;
    struct plant *plant = open_plant();
    struct device_place place;

    assert_true(device_at(plant, 1, UNIT_CONTROLLER, &place));
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t request[MODBUS_PDU_MAX], want[MODBUS_PDU_MAX];
        size_t request_n, want_n;
        struct modbus_reply reply;
        assert_true(bytes_from_hex(rows[i].request, request, sizeof request, &request_n));
        assert_true(bytes_from_hex(rows[i].want, want, sizeof want, &want_n));
        modbus_answer(&place, (struct bytes){request, request_n}, &reply);
        CHECK(rows[i].name, reply.n >= want_n && memcmp(reply.at, want, want_n) == 0);
        CHECK_EQ(rows[i].name, reply.n, reply.at[0] & 0x80 ? 2 : reply.n);
    }
    plant_close(plant);
}

/* A refused request of several points has changed none of them. */
static void all_or_nothing(void **state)
{
    (void)state;
    struct plant *plant = open_plant();
    struct device_place place;
    struct modbus_reply reply;
    static const uint8_t request[] = {0x10, 0,    0x20, 0, 4, 8,    0,
                                      0,    0x42, 0x30, 0, 0, 0x41, 0xF0};

    assert_true(device_at(plant, 1, UNIT_CONTROLLER, &place));
    modbus_answer(&place, (struct bytes){request, sizeof request}, &reply);
    assert_int_equal(reply.at[1], MODBUS_BAD_VALUE);
    assert_true(plant->stations[0].mode == MODE_CURVE);
    plant_close(plant);
}

static void counts_polls(void **state)
{
    (void)state;
    struct plant *plant = open_plant();
    struct device_place place;
    struct modbus_reply reply;
    static const uint8_t without[] = {3, 0, 0, 0, 10}, with[] = {3, 0, 60, 0, 2};
    static const uint8_t half[] = {3, 0, 61, 0, 2}, wrong[] = {3, 0, 60, 0, 99};

    assert_true(device_at(plant, 1, UNIT_CONTROLLER, &place));
    modbus_answer(&place, (struct bytes){without, sizeof without}, &reply);
    assert_false(reply.counter_read);
    modbus_answer(&place, (struct bytes){wrong, sizeof wrong}, &reply);
    assert_false(reply.counter_read);
    modbus_answer(&place, (struct bytes){half, sizeof half}, &reply);
    assert_false(reply.counter_read);
    modbus_answer(&place, (struct bytes){with, sizeof with}, &reply);
    assert_true(reply.counter_read);
    assert_int_equal(reply.counter, 3); /* the refused one does not count */
    assert_int_equal(reply.at[5], 3);
    plant_close(plant);
}

/* Whatever comes, the answer is a PDU, and an exception has two bytes. */
static void random_bytes(void **state)
{
    (void)state;
    struct plant *plant = open_plant();
    struct device_place place;

    for (uint64_t i = 0; i < 20000; i++) {
        uint8_t request[MODBUS_PDU_MAX];
        struct modbus_reply reply;
        size_t n = 1 + (size_t)(chance_unit(chance_key(1, i)) * 20);
        for (size_t k = 0; k < n; k++)
            request[k] = (uint8_t)(chance_key(i, k) & (k == 1 || k == 3 ? 0x01 : 0xFF));
        if (i % 2) request[0] &= 0x17;
        assert_true(device_at(plant, 1, i % 3 ? 1 : 12, &place));
        modbus_answer(&place, (struct bytes){request, n}, &reply);
        assert_in_range(reply.n, 2, MODBUS_PDU_MAX);
    }
    for (int i = 0; i < 600; i++) plant_step(plant);
    assert_true(isfinite(plant->source.heat_w) && plant->source.heat_w > 0);
    plant_close(plant);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_rows),
        cmocka_unit_test(all_or_nothing),
        cmocka_unit_test(counts_polls),
        cmocka_unit_test(random_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
