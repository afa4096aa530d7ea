/* modbus_write_test.c - written to libmodbus as the device, and read back by it. */
#include "base/clock.h"
#include "base/text.h"
#include "base/thread.h"
#include "check.h"
#include "collect/modbus.h"
#include "collect/modbus_write.h"

#include <math.h>
#include <modbus/modbus.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CELLS_N = 64, UNIT = 7, STUCK = 40 };

static const char device_address[] = "127.0.0.1:1/7;timeout=3000";

/* One device behind one connection; register STUCK keeps its value, and with `old` it
 * knows the functions for several cells only. */
struct device {
    modbus_t *modbus;
    modbus_mapping_t *cells;
    struct thread thread;
    bool old;
};

static void *serve(void *context)
{
    struct device *d = context;
    uint8_t request[MODBUS_TCP_MAX_ADU_LENGTH];
    int n;

    while ((n = modbus_receive(d->modbus, request)) > 0) {
        uint8_t function = request[7];
        if (d->old && (function == 5 || function == 6))
            (void)modbus_reply_exception(d->modbus, request, 1);
        else
            (void)modbus_reply(d->modbus, request, n, d->cells);
        d->cells->tab_registers[STUCK] = 1;
    }
    return NULL;
}

static struct driver_channel *start(struct device *d, bool old)
{
    struct driver_channel *channel = NULL;
    int ends[2];

    *d = (struct device){.old = old};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    d->modbus = modbus_new_tcp("127.0.0.1", 1502);
    d->cells = modbus_mapping_new(CELLS_N, CELLS_N, CELLS_N, CELLS_N);
    assert_non_null(d->cells);
    assert_int_equal(modbus_set_socket(d->modbus, ends[1]), 0);
    assert_int_equal(thread_start(&d->thread, "device", serve, d), ERR_OK);
    assert_int_equal(modbus_driver.channel_open("tcp:127.0.0.1:1", 3000, &channel), 0);
    assert_int_equal(modbus_channel_adopt(channel, ends[0]), ERR_OK);
    return channel;
}

static void stop(struct device *d, struct driver_channel *channel)
{
    modbus_driver.channel_close(channel);
    thread_join(&d->thread);
    modbus_close(d->modbus);
    modbus_mapping_free(d->cells);
    modbus_free(d->modbus);
}

static const struct {
    const char *point;
    double value;
    err want;
    double back;
} rows[] = {
    {"coil 3", 1, ERR_OK, 1},
    {"coil 3", 0, ERR_OK, 0},
    {"coil 3", 2, ERR_RANGE, 0},
    {"holding 0 u16", 65535, ERR_OK, 65535},
    {"holding 0 u16", 65536, ERR_RANGE, 0},
    {"holding 0 u16", -1, ERR_RANGE, 0},
    {"holding 0 i16", -32768, ERR_OK, -32768},
    {"holding 0 i16", 32768, ERR_RANGE, 0},
    {"holding 0 u16", 12.4, ERR_OK, 12},
    {"holding 2 f32", 95.25, ERR_OK, 95.25},
    {"holding 2 f32 cdab", -12.6875, ERR_OK, -12.6875},
    {"holding 2 f32 badc", 45.3, ERR_OK, 45.3},
    {"holding 2 f32 dcba", 0.1, ERR_OK, 0.1},
    {"holding 2 f32", 1e39, ERR_RANGE, 0},
    {"holding 2 f32", NAN, ERR_RANGE, 0},
    {"holding 4 u32 cdab", 4294967295.0, ERR_OK, 4294967295.0},
    {"holding 4 i32 dcba", -2, ERR_OK, -2},
    {"holding 8 f64", 123456.789, ERR_OK, 123456.789},
    {"holding 8 i64 cdab", -5000000000.0, ERR_OK, -5000000000.0},
    {"holding 8 u64 badc", 1099511627776.0, ERR_OK, 1099511627776.0},
    {"holding 8 u64", 18446744073709551616.0, ERR_RANGE, 0},
    {"holding 12 bcd16", 1234, ERR_OK, 1234},
    {"holding 12 bcd16", 10000, ERR_RANGE, 0},
    {"holding 12 bcd32", 99999999, ERR_OK, 99999999},
    {"holding 14 u16 bit 3", 1, ERR_OK, 1},
    {"holding 14 u16 bit 3", 0, ERR_OK, 0},
    {"holding 14 u16 bit 3", 2, ERR_RANGE, 0},
    {"input 0 u16", 1, ERR_TYPE, 0},
    {"discrete 0", 1, ERR_TYPE, 0},
    {"holding 0", 1, ERR_RANGE, 0},
    {"holding 40 u16", 2, ERR_CHECK, 1}, /* STUCK */
    {"holding 64 u16", 2, ERR_DENIED, 0},
};

static void write_all(bool old)
{
    struct device d;
    struct driver_channel *channel = start(&d, old);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct modbus_written w;
        err e = modbus_write(channel, device_address, rows[i].point, rows[i].value, &w);
        CHECK_EQ(rows[i].point, e, rows[i].want);
        CHECK_EQ(rows[i].point, w.is_read, e == ERR_OK || e == ERR_CHECK);
        if (w.is_read && w.value != rows[i].back)
            fail_msg("%s: %.17g", rows[i].point, w.value);
        CHECK_EQ(rows[i].point, w.error[0] != 0, e == ERR_CHECK || e == ERR_DENIED);
    }
    assert_int_equal(d.cells->tab_registers[12], 0x9999);
    stop(&d, channel);
}

static void writes_every_type(void **state)
{
    (void)state;
    write_all(false);
}

static void an_old_device_takes_several_only(void **state)
{
    (void)state;
    write_all(true);
}

static void a_bit_leaves_its_neighbours(void **state)
{
    struct device d;
    struct modbus_written w;
    struct driver_channel *channel = start(&d, false);
    (void)state;
    d.cells->tab_registers[20] = 0xA5A5;
    d.cells->tab_registers[21] = 0x5A5A;
    assert_int_equal(
        modbus_write(channel, device_address, "holding 20 u32 cdab bit 16", 0, &w), 0);
    assert_int_equal(d.cells->tab_registers[20], 0xA5A5);
    assert_int_equal(d.cells->tab_registers[21], 0x5A5A);
    assert_int_equal(
        modbus_write(channel, device_address, "holding 20 u32 cdab bit 17", 0, &w), 0);
    assert_int_equal(d.cells->tab_registers[21], 0x5A58);
    stop(&d, channel);
}

static void writes_rows_of_cells(void **state)
{
    struct device d;
    struct modbus_written w;
    struct modbus_device_address to;
    struct driver_channel *channel = start(&d, false);
    uint16_t bits[11] = {1, 0, 1, 1, 0, 0, 1, 1, 1, 0, 1}, registers[30];
    (void)state;
    assert_int_equal(modbus_device_parse(device_address, &to, NULL, 0), ERR_OK);
    struct modbus_cells coils = {MODBUS_COIL, 20, 11, bits};
    assert_int_equal(modbus_write_cells(channel, &to, &coils, &w), ERR_OK);
    for (size_t i = 0; i < 11; i++) assert_int_equal(d.cells->tab_bits[20 + i], bits[i]);
    for (size_t i = 0; i < 30; i++) registers[i] = (uint16_t)(i * 2185);
    struct modbus_cells row = {MODBUS_HOLDING, 5, 30, registers};
    assert_int_equal(modbus_write_cells(channel, &to, &row, &w), ERR_OK);
    assert_memory_equal(d.cells->tab_registers + 5, registers, sizeof registers);
    row.count = 124;
    assert_int_equal(modbus_write_cells(channel, &to, &row, &w), ERR_RANGE);
    row = (struct modbus_cells){MODBUS_INPUT, 5, 3, registers};
    assert_int_equal(modbus_write_cells(channel, &to, &row, &w), ERR_TYPE);
    stop(&d, channel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_every_type),
        cmocka_unit_test(an_old_device_takes_several_only),
        cmocka_unit_test(a_bit_leaves_its_neighbours),
        cmocka_unit_test(writes_rows_of_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
