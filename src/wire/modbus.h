/* modbus.h - requests and answers of Modbus without their frame; pure.
 *
 *   read 1 2 3 4     function u8 | first u16 | count u16     answer  bytes n u8 | data
 *   write 5 6        function u8 | number u16 | value u16    answer  the same
 *   write 15 16      function u8 | first u16 | count u16 | bytes n u8 | data
 *                                                            answer  first u16 | count
 * u16 mask 22          function u8 | number u16 | and u16 | or u16      answer  the same
 *   exception                                                answer  function + 80H |
 * code
 *
 * Numbers have their high byte first; bits stand 8 a byte, the lowest first.
 * The frames are modbus_tcp.h and modbus_rtu.h.  Source: MODBUS Application Protocol
 * Specification 1.1b3. */
#ifndef HEATNET_WIRE_MODBUS_H
#define HEATNET_WIRE_MODBUS_H

#include "base/bytes.h"
#include "base/err.h"
#include "wire/modbus_address.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    MODBUS_PDU_BYTES_MAX = 253,
    MODBUS_READ_REGISTERS_MAX = 125,
    MODBUS_READ_BITS_MAX = 2000,
    MODBUS_WRITE_REGISTERS_MAX = 123,
    MODBUS_WRITE_BITS_MAX = 1968
};

enum modbus_function {
    MODBUS_READ_COILS = 1,
    MODBUS_READ_DISCRETE = 2,
    MODBUS_READ_HOLDING = 3,
    MODBUS_READ_INPUT = 4,
    MODBUS_WRITE_COIL = 5,
    MODBUS_WRITE_REGISTER = 6,
    MODBUS_WRITE_COILS = 15,
    MODBUS_WRITE_REGISTERS = 16,
    MODBUS_MASK_REGISTER = 22
};

enum modbus_exception {
    MODBUS_ILLEGAL_FUNCTION = 1,
    MODBUS_ILLEGAL_ADDRESS = 2,
    MODBUS_ILLEGAL_VALUE = 3,
    MODBUS_DEVICE_FAILURE = 4,
    MODBUS_ACKNOWLEDGE = 5,
    MODBUS_DEVICE_BUSY = 6,
    MODBUS_GATEWAY_NO_PATH = 10,
    MODBUS_GATEWAY_NO_TARGET = 11
};

struct modbus_ask {
    uint8_t unit;
    enum modbus_function function;
    uint16_t first, count;  /* a write of one: count 1; mask: 2 */
    const uint16_t *values; /* of a write: registers, or bits as 0, 1; mask: and, or */
};

enum modbus_function modbus_read_function(enum modbus_table table);
bool modbus_is_bits(enum modbus_function function);

/* Returns the number of bytes.  Writes are within the limits above (ensured). */
size_t modbus_encode(const struct modbus_ask *ask, uint8_t out[MODBUS_PDU_BYTES_MAX]);

/* How long the answer that begins with `in` will be; 0 = more bytes are needed to say, or
 * it is none to this request. */
size_t modbus_answer_bytes(const struct modbus_ask *ask, struct bytes in);

/* A whole answer.  ERR_OK: *data is what was read, as long as asked (of a write: empty).
 * ERR_REFUSED: *exception is set.  ERR_FRAME: no answer to this request. */
MUST_USE err modbus_answer(const struct modbus_ask *ask, struct bytes in,
                           struct bytes *data, uint8_t *exception);

/* Registers, or bits as 0 and 1, out of the data of an answer: `count` of them. */
void modbus_take_registers(struct bytes data, uint16_t count, uint16_t *out);
void modbus_take_bits(struct bytes data, uint16_t count, uint16_t *out);

/* For a person; never NULL. */
const char *modbus_exception_text(uint8_t exception);

#endif
