/* modbus_golden_test.c - exchanges of other people's programs (golden/modbus): our
 * request for the same thing is theirs byte by byte, and their answer means to us what
 * they meant.
 */
#include "base/file.h"
#include "base/text.h"
#include "check.h"
#include "collect/modbus_decode.h"
#include "wire/modbus_rtu.h"
#include "wire/modbus_tcp.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { FRAME_BYTES = 300, VALUES_MAX = 128, TCP_HEAD_BYTES = 7, REPORT_SERVER_ID = 17 };

struct pair {
    const char *id;
    bool is_rtu;
    uint8_t request[FRAME_BYTES], response[FRAME_BYTES];
    size_t request_n, response_n;
    const json_t *expected;
    struct modbus_ask ask;
    uint16_t written[VALUES_MAX], read[VALUES_MAX];
};

static long long number_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static uint16_t cell(const json_t *value)
{
    if (json_is_boolean(value)) return json_is_true(value);
    return (uint16_t)json_integer_value(value);
}

/* The request as we would ask it. */
static void make_ask(struct pair *p)
{
    const json_t *x = p->expected, *values = json_object_get(x, "values");
    long long count = number_of(x, "count");

    p->ask = (struct modbus_ask){.unit = (uint8_t)number_of(x, "unit"),
                                 .function = (enum modbus_function)number_of(x, "fc"),
                                 .first = (uint16_t)number_of(x, "addr"),
                                 .count = count ? (uint16_t)count : 1,
                                 .values = p->written};
    p->written[0] = cell(json_object_get(x, "value"));
    if (p->ask.function == MODBUS_MASK_REGISTER) {
        p->ask.count = 2;
        p->written[0] = (uint16_t)number_of(x, "and_mask");
        p->written[1] = (uint16_t)number_of(x, "or_mask");
    }
    for (size_t i = 0; p->ask.function > MODBUS_READ_INPUT && i < json_array_size(values);
         i++)
        p->written[i] = cell(json_array_get(values, i));
}

static void check_request(const struct pair *p)
{
    uint8_t bytes[MODBUS_TCP_BYTES_MAX];
    uint16_t transaction = (uint16_t)(p->request[0] << 8 | p->request[1]);
    size_t n = p->is_rtu ? modbus_rtu_encode(&p->ask, bytes)
                         : modbus_tcp_encode(&p->ask, transaction, bytes);

    CHECK_EQ(p->id, n, p->request_n);
    if (memcmp(bytes, p->request, n) != 0) fail_msg("%s: another request", p->id);
}

static err decode(const struct pair *p, size_t n, struct bytes *data, uint8_t *exception)
{
    struct bytes in = {p->response, n};
    uint16_t transaction = (uint16_t)(p->request[0] << 8 | p->request[1]);
    return p->is_rtu ? modbus_rtu_decode(&p->ask, in, data, exception)
                     : modbus_tcp_decode(&p->ask, transaction, in, data, exception);
}

/* {"CDAB@2": 95.25} */
static void check_number(const struct pair *p, const char *key, double want)
{
    const char *at = strchr(key, '@');
    struct modbus_point_address a;
    char order[8], text[64];
    double value = 0;

    if (!at) fail_msg("%s: %s", p->id, key);
    bool is_double = text_starts(key, "float64");
    bool is_float = want != (double)(long long)want;
    size_t n = 0;
    for (; key + n < at && n < sizeof order - 1; n++)
        order[n] = (char)(key[n] >= 'A' && key[n] <= 'Z' ? key[n] - 'A' + 'a' : key[n]);
    order[n] = 0;
    (void)text_format(text, sizeof text, "holding %d %s %s",
                      (int)strtol(at + 1, NULL, 10),
                      is_double  ? "f64"
                      : is_float ? "f32"
                                 : "u32",
                      is_double ? "abcd" : order);
    assert_int_equal(modbus_point_parse(text, &a, NULL, 0), ERR_OK);
    CHECK_EQ(p->id, modbus_decode(&a, p->read + a.number, &value), 0);
    if (value != want) fail_msg("%s %s: %.17g", p->id, key, value);
}

static void check_values(struct pair *p, struct bytes data)
{
    json_t *values = json_object_get(p->expected, "values"), *value;
    const char *key;
    size_t i;

    if (p->ask.function > MODBUS_READ_INPUT) return;
    if (modbus_is_bits(p->ask.function))
        modbus_take_bits(data, p->ask.count, p->read);
    else
        modbus_take_registers(data, p->ask.count, p->read);
    json_array_foreach(values, i, value) CHECK_EQ(p->id, p->read[i], cell(value));
    json_object_foreach(values, key, value)
        check_number(p, key, json_number_value(value));
    if (json_is_string(values)) /* "register n holds n" */
        for (i = 0; i < p->ask.count; i++)
            CHECK_EQ(p->id, p->read[i], p->ask.first + (unsigned)i);
}

static void check_response(struct pair *p)
{
    struct bytes data = {0};
    uint8_t exception = 0;

    for (size_t cut = 0; cut < p->response_n; cut++)
        CHECK_EQ(p->id, decode(p, cut, &data, &exception), ERR_SHORT);
    if (p->response_n == 0) return;
    long long refused = number_of(p->expected, "exception");
    CHECK_EQ(p->id, decode(p, p->response_n, &data, &exception),
             refused ? ERR_REFUSED : ERR_OK);
    CHECK_EQ(p->id, exception, refused);
    if (!refused) check_values(p, data);
}

static void check_pair(const json_t *vector)
{
    static struct pair p;
    const char *response = json_string_value(json_object_get(vector, "response"));

    p = (struct pair){.id = json_string_value(json_object_get(vector, "id")),
                      .expected = json_object_get(vector, "expected")};
    const char *transport = json_string_value(json_object_get(vector, "transport"));
    p.is_rtu = !text_equal(transport, "tcp");
    assert_true(bytes_from_hex(json_string_value(json_object_get(vector, "request")),
                               p.request, FRAME_BYTES, &p.request_n));
    if (response)
        assert_true(bytes_from_hex(response, p.response, FRAME_BYTES, &p.response_n));
    make_ask(&p);
    if (number_of(p.expected, "fc") == REPORT_SERVER_ID) return; /* decode_test */
    check_request(&p);
    check_response(&p);
}

static void every_exchange(void **state)
{
    json_t *file = json_load_file(HEATNET_GOLDEN "/modbus/exchanges.json", 0, NULL);
    const json_t *vectors = json_object_get(file, "vectors");
    (void)state;
    assert_true(json_array_size(vectors) >= 20);
    for (size_t i = 0; i < json_array_size(vectors); i++)
        check_pair(json_array_get(vectors, i));
    json_decref(file);
}

/* --- RTU without silence between frames ------------------------------------------- */

static void rtu_answers_are_found_in_noise(void **state)
{
    static const struct {
        const char *name, *hex;
        err want;
    } rows[] = {
        {"clean", "01 03 02 00 07 F9 86", ERR_OK},
        {"glitch before", "00 FF 01 03 02 00 07 F9 86", ERR_OK},
        {"echo before", "01 03 00 05 00 01 94 0B 01 03 02 00 07 F9 86", ERR_OK},
        {"another unit before", "02 03 02 00 07 BD 86 01 03 02 00 07 F9 86", ERR_OK},
        {"wrong check", "01 03 02 00 07 F9 87", ERR_SHORT},
        {"a late answer of another length", "01 03 04 00 07 00 08 8B F4", ERR_SHORT},
        {"exception", "01 83 02 C0 F1", ERR_REFUSED},
    };
    struct modbus_ask ask = {1, MODBUS_READ_HOLDING, 5, 1, NULL};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bytes[64], exception = 0;
        struct bytes data = {0};
        size_t n = 0;
        assert_true(bytes_from_hex(rows[i].hex, bytes, sizeof bytes, &n));
        err e = modbus_rtu_decode(&ask, (struct bytes){bytes, n}, &data, &exception);
        CHECK_EQ(rows[i].name, e, rows[i].want);
        if (!e) CHECK_EQ(rows[i].name, data.at[1], 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_exchange),
        cmocka_unit_test(rtu_answers_are_found_in_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
