/* modbus_address.h - how people write Modbus addresses: text in, struct out.
 *
 * Pure, so that the import of the server and the driver of the terminal share one
 * grammar.
 *
 *   device  modbus-tcp  HOST[:PORT][/UNIT][;OPTIONS]   PORT 502, UNIT 1
 *             "127.0.0.1:1502/1", "[fe80::1]:502/3;max=60"
 *           modbus-rtu  LINE/UNIT[;OPTIONS]   LINE is that of link/line.h
 *             "serial:/dev/ttyUSB0:9600:8N1/5", "tcp:10.0.0.7:4001/5",
 *             "modem:13800001111/5;timeout=5000;gap=8"
 *           OPTIONS  NAME=NUMBER with ; between
 *             max      registers of a request, 1 .. 125 (bits: 16 times that)
 *             gap      registers nobody wants that are read along, 0 .. 125
 *             timeout  ms until a request counts as not answered, 50 .. 60,000
 *             retries  times a request is sent again, 0 .. 5
 *             pause    ms of rest between two requests, 0 .. 10,000
 *   point   TABLE NUMBER [TYPE] [ORDER] [bit N]
 *     TABLE   coil | discrete | holding | input
 *     NUMBER  0..65535, counted from 0 as on the wire (40001 of a paper table is 0)
 *     TYPE    bit | u16 | i16 | u32 | i32 | u64 | i64 | f32 | f64 | bcd16 | bcd32
 *             (float = f32, double = f64); needed for registers, bit for coils
 *     ORDER   abcd (default) | cdab | badc | dcba: how the bytes of the number stand
 *             in the registers; 64 bits alike (cdab: words swapped, badc: bytes swapped)
 *     bit N   one bit of the unsigned integer, 0 = the lowest
 */
#ifndef HEATNET_WIRE_MODBUS_ADDRESS_H
#define HEATNET_WIRE_MODBUS_ADDRESS_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum { MODBUS_HOST_BYTES = 64, MODBUS_LINE_BYTES = 96, MODBUS_WHY_BYTES = 160 };

#define MODBUS_TABLE_LIST(X)                                                             \
    X(MODBUS_COIL, "coil")                                                               \
    X(MODBUS_DISCRETE, "discrete")                                                       \
    X(MODBUS_HOLDING, "holding")                                                         \
    X(MODBUS_INPUT, "input")

/*    name          word      registers */
#define MODBUS_TYPE_LIST(X)                                                              \
    X(MODBUS_BIT, "bit", 1)                                                              \
    X(MODBUS_U16, "u16", 1)                                                              \
    X(MODBUS_I16, "i16", 1)                                                              \
    X(MODBUS_U32, "u32", 2)                                                              \
    X(MODBUS_I32, "i32", 2)                                                              \
    X(MODBUS_U64, "u64", 4)                                                              \
    X(MODBUS_I64, "i64", 4)                                                              \
    X(MODBUS_F32, "f32", 2)                                                              \
    X(MODBUS_F64, "f64", 4)                                                              \
    X(MODBUS_BCD16, "bcd16", 1)                                                          \
    X(MODBUS_BCD32, "bcd32", 2)

#define MODBUS_ORDER_LIST(X)                                                             \
    X(MODBUS_ABCD, "abcd")                                                               \
    X(MODBUS_CDAB, "cdab")                                                               \
    X(MODBUS_BADC, "badc")                                                               \
    X(MODBUS_DCBA, "dcba")

#define MODBUS_ENUM_ROW(name, word) name,
#define MODBUS_TYPE_ROW(name, word, registers) name,

enum modbus_table { MODBUS_TABLE_LIST(MODBUS_ENUM_ROW) MODBUS_TABLE_N };

enum modbus_type { MODBUS_TYPE_LIST(MODBUS_TYPE_ROW) MODBUS_TYPE_N };

enum modbus_order { MODBUS_ORDER_LIST(MODBUS_ENUM_ROW) MODBUS_ORDER_N };

#undef MODBUS_ENUM_ROW
#undef MODBUS_TYPE_ROW

struct modbus_limits {
    uint16_t registers_max; /* of one request */
    uint16_t gap;           /* registers */
    uint32_t timeout_ms;    /* 0 = the terminal's */
    uint32_t retries, pause_ms;
};

struct modbus_device_address {
    char host[MODBUS_HOST_BYTES]; /* modbus-tcp: name or number, without brackets */
    uint16_t port;
    char line[MODBUS_LINE_BYTES]; /* "tcp:HOST:PORT", or that of modbus-rtu */
    uint8_t unit;                 /* 0..247, 255 */
    struct modbus_limits limits;
};

struct modbus_point_address {
    enum modbus_table table;
    uint16_t number;
    enum modbus_type type;
    enum modbus_order order;
    int8_t bit; /* -1 = the whole number */
};

/* ERR_RANGE: `text` is not one; `why` (may be NULL with why_n 0) says what is wrong and
 * shows the right form.  The output is set only on success. */
MUST_USE err modbus_device_parse(const char *text, struct modbus_device_address *address,
                                 char *why, size_t why_n);
/* Of modbus-rtu; whether `line` is one is for link/line.h to say. */
MUST_USE err modbus_rtu_device_parse(const char *text,
                                     struct modbus_device_address *address, char *why,
                                     size_t why_n);
MUST_USE err modbus_point_parse(const char *text, struct modbus_point_address *address,
                                char *why, size_t why_n);

/* Registers that the number takes: 1, 2 or 4. */
unsigned modbus_type_registers(enum modbus_type type);

/* Fits `catalog_address_check` of model/catalog_csv.h: `protocol` "modbus-tcp" or
 * "modbus-rtu", `what` "device" or "point".  ERR_UNKNOWN: another protocol. */
MUST_USE err modbus_address_check(const char *protocol, const char *what,
                                  const char *address, char *why, size_t why_n);

#endif
