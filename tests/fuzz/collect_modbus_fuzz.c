/* collect_modbus_fuzz.c - any bytes as a device's answers to the Modbus driver.
 *
 * The input is a row of answers: a byte with the length of a PDU and its bytes; they get
 * the header that the next request expects.  Length 255: the next byte's number of bytes
 * is sent as it is, header and all.  Property: the read ends, every point has a quality,
 * and values are finite. */
#include "base/bytes.h"
#include "base/ensure.h"
#include "collect/modbus.h"
#include "model/quality.h"

#include <math.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { POINTS_N = 12, RAW = 255, HEADER_BYTES = 7, UNIT = 3 };

static const char *const points[POINTS_N] = {
    "holding 0 f32",
    "holding 2 f32 cdab",
    "holding 4 u16 bit 3",
    "holding 5 bcd32",
    "holding 20 i64 dcba",
    "holding 300 f64",
    "input 0 i16",
    "input 1 bcd16",
    "input 2 u32 badc",
    "coil 0",
    "coil 9",
    "discrete 100",
};

static void put(int to, const uint8_t *bytes, size_t n)
{
    ssize_t sent = send(to, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)sent; /* what does not fit is a cut answer */
}

static void put_answers(int to, struct bytes in)
{
    uint16_t number = 0;
    uint8_t n, raw_n;
    struct bytes part;

    while (bytes_take_u8(&in, &n)) {
        bool raw = n == RAW && bytes_take_u8(&in, &raw_n);
        if (!bytes_take(&in, raw ? raw_n : n, &part)) return;
        number++;
        uint8_t header[HEADER_BYTES] = {(uint8_t)(number >> 8),
                                        (uint8_t)number,
                                        0,
                                        0,
                                        0,
                                        (uint8_t)(part.n + 1),
                                        UNIT};
        if (!raw) put(to, header, sizeof header);
        put(to, part.at, part.n);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct driver_channel *channel = NULL;
    struct driver_plan *plan = NULL;
    double values[POINTS_N];
    uint8_t qualities[POINTS_N];
    struct driver_reading reading = {
        .n = POINTS_N, .values = values, .qualities = qualities};
    int ends[2];

    ensure(modbus_driver.channel_open("tcp:127.0.0.1:1", 50, &channel) == ERR_OK);
    ensure(modbus_driver.plan_open("127.0.0.1:1/3", points, POINTS_N, &plan) == ERR_OK);
    ensure(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    ensure(modbus_channel_adopt(channel, ends[0]) == ERR_OK);
    put_answers(ends[1], (struct bytes){data, size});
    ensure(shutdown(ends[1], SHUT_WR) == 0);
    err e = modbus_driver.read(channel, plan, &reading);
    ensure(e < ERR_N);
    size_t good = 0;
    for (size_t i = 0; i < POINTS_N; i++) {
        ensure(isfinite(values[i]));
        ensure(qualities[i] == QUALITY_GOOD || !quality_has_value(qualities[i]));
        good += qualities[i] == QUALITY_GOOD;
    }
    ensure(good == reading.good_n);
    modbus_driver.channel_close(channel);
    modbus_driver.plan_close(plan);
    (void)close(ends[1]);
    return 0;
}
