/* modbus_telegram.c - one function a shape of bytes, chosen from a const table. */
#include "wire/modbus_telegram.h"

#include "base/ensure.h"
#include "base/text.h"
#include "wire/modbus_rtu.h"

#include <string.h>

enum { TCP_HEAD_BYTES = 7, EXCEPTION_FLAG = 0x80, ASKED_BYTES = 5, HEX_BYTES = 47 };

struct reader {
    struct telegram *telegram;
    struct arena *arena;
    struct bytes pdu; /* function and what follows */
    size_t at;        /* of the PDU in the frame */
};

static uint16_t number_at(const struct reader *r, size_t at)
{
    return (uint16_t)(r->pdu.at[at] << 8 | r->pdu.at[at + 1]);
}

static err wrong(const struct reader *r, err what, size_t at, const char *why)
{
    return telegram_wrong(r->telegram, what, r->at + at, why);
}

static struct telegram_value *add(const struct reader *r, size_t at, const char *name)
{
    struct telegram_value *value = telegram_add(r->telegram, r->arena);

    if (!value) return NULL;
    (void)text_copy(value->name, sizeof value->name, name);
    value->kind = TELEGRAM_NUMBER;
    value->at = r->at + at;
    return value;
}

static err add_number(const struct reader *r, size_t at, const char *name, double number)
{
    struct telegram_value *value = add(r, at, name);
    if (!value)
        return r->telegram->values_n < TELEGRAM_VALUES_MAX ? ERR_MEMORY : ERR_FULL;
    value->number = number;
    return ERR_OK;
}

static err add_numbered(const struct reader *r, size_t at, const char *word,
                        struct telegram_value number)
{
    char name[TELEGRAM_WORD_BYTES];
    (void)text_format(name, sizeof name, "%s_%llu", word,
                      (unsigned long long)number.storage);
    return add_number(r, at, name, number.number);
}

static err add_registers(const struct reader *r, size_t at, size_t first, size_t n)
{
    err e = ERR_OK;
    for (size_t i = 0; i < n && !e; i++)
        e = add_numbered(r, at + 2 * i, "register",
                         (struct telegram_value){.storage = first + i,
                                                 .number = number_at(r, at + 2 * i)});
    return e;
}

static err add_bits(const struct reader *r, size_t at, size_t first, size_t n)
{
    err e = ERR_OK;
    for (size_t i = 0; i < n && !e; i++) {
        unsigned bit = (unsigned)r->pdu.at[at + i / 8] >> i % 8 & 1U;
        e = add_numbered(r, at + i / 8, "bit",
                         (struct telegram_value){.storage = first + i, .number = bit});
    }
    return e;
}

static void set_kind(const struct reader *r, const char *word, const char *what)
{
    (void)text_format(r->telegram->kind, sizeof r->telegram->kind, "%s_%s", word, what);
}

/* --- shapes ---------------------------------------------------------------------- */

static err read_range(const struct reader *r)
{
    err e = add_number(r, 1, "first", number_at(r, 1));
    return e ? e : add_number(r, 3, "count", number_at(r, 3));
}

static err take_read(const struct reader *r, const char *word, bool bits)
{
    size_t n = r->pdu.n > 1 ? r->pdu.at[1] : 0;
    bool answers = r->pdu.n == n + 2 && n > 0 && (bits || n % 2 == 0);

    set_kind(r, word, answers ? "answer" : "request");
    if (answers) return bits ? add_bits(r, 2, 0, 8 * n) : add_registers(r, 2, 0, n / 2);
    if (r->pdu.n != ASKED_BYTES)
        return wrong(r, ERR_FRAME, 1, "neither a request nor as many bytes as it says");
    return read_range(r);
}

static err take_bits_read(const struct reader *r, const char *word)
{
    return take_read(r, word, true);
}

static err take_registers_read(const struct reader *r, const char *word)
{
    return take_read(r, word, false);
}

/* Request and answer are the same. */
static err take_write_one(const struct reader *r, const char *word)
{
    (void)text_copy(r->telegram->kind, sizeof r->telegram->kind, word);
    if (r->pdu.n != ASKED_BYTES) return wrong(r, ERR_FRAME, 1, "not five bytes");
    uint16_t value = number_at(r, 3);
    bool coil = r->pdu.at[0] == MODBUS_WRITE_COIL;
    if (coil && value != 0 && value != 0xFF00)
        return wrong(r, ERR_FRAME, 3, "a coil is written FF00 or 0000");
    return add_numbered(r, 3, coil ? "bit" : "register",
                        (struct telegram_value){.storage = number_at(r, 1),
                                                .number = coil ? value != 0 : value});
}

static err take_mask(const struct reader *r, const char *word)
{
    (void)text_copy(r->telegram->kind, sizeof r->telegram->kind, word);
    if (r->pdu.n != 7) return wrong(r, ERR_FRAME, 1, "not seven bytes");
    err e = add_number(r, 1, "register", number_at(r, 1));
    if (!e) e = add_number(r, 3, "and_mask", number_at(r, 3));
    return e ? e : add_number(r, 5, "or_mask", number_at(r, 5));
}

static err take_write_many(const struct reader *r, const char *word)
{
    bool bits = r->pdu.at[0] == MODBUS_WRITE_COILS;

    set_kind(r, word, r->pdu.n == ASKED_BYTES ? "answer" : "request");
    if (r->pdu.n == ASKED_BYTES) return read_range(r);
    if (r->pdu.n < 7) return wrong(r, ERR_FRAME, 1, "too short");
    size_t count = number_at(r, 3), n = r->pdu.at[5];
    size_t fits = bits ? (count + 7) / 8 : 2 * count;
    if (n != fits || r->pdu.n != 6 + n)
        return wrong(r, ERR_FRAME, 5, "the number of bytes does not fit the count");
    return bits ? add_bits(r, 6, number_at(r, 1), count)
                : add_registers(r, 6, number_at(r, 1), count);
}

/* What is not understood, as hex. */
static err take_other(const struct reader *r, const char *word)
{
    char hex[2 * HEX_BYTES + 1];
    struct bytes data = {r->pdu.at + 1, r->pdu.n - 1};

    (void)text_copy(r->telegram->kind, sizeof r->telegram->kind, word);
    if (data.n == 0) return ERR_OK;
    if (data.n > HEX_BYTES) data.n = HEX_BYTES;
    struct telegram_value *value = add(r, 1, "data");
    if (!value) return ERR_MEMORY;
    value->kind = TELEGRAM_BYTES;
    bytes_to_hex(data, hex);
    (void)text_copy(value->text, sizeof value->text, hex);
    return ERR_OK;
}

static const struct {
    uint8_t function;
    const char *word;
    err (*take)(const struct reader *reader, const char *word);
} shapes[] = {
    {1, "read_coils", take_bits_read},
    {2, "read_discrete_inputs", take_bits_read},
    {3, "read_holding_registers", take_registers_read},
    {4, "read_input_registers", take_registers_read},
    {5, "write_coil", take_write_one},
    {6, "write_register", take_write_one},
    {7, "read_exception_status", take_other},
    {8, "diagnostics", take_other},
    {11, "event_counter", take_other},
    {12, "event_log", take_other},
    {15, "write_coils", take_write_many},
    {16, "write_registers", take_write_many},
    {17, "report_server_id", take_other},
    {20, "read_file", take_other},
    {21, "write_file", take_other},
    {22, "mask_register", take_mask},
    {23, "read_write_registers", take_other},
    {24, "read_fifo", take_other},
    {43, "device_identification", take_other},
};

static err take_exception(const struct reader *r)
{
    struct telegram *t = r->telegram;
    uint8_t code = r->pdu.n > 1 ? r->pdu.at[1] : 0;

    (void)text_copy(t->kind, sizeof t->kind, "exception");
    if (r->pdu.n != 2) return wrong(r, ERR_FRAME, 1, "an exception has one byte");
    t->status_bits = code;
    (void)text_copy(t->status, sizeof t->status, modbus_exception_text(code));
    return add_number(r, 0, "function", r->pdu.at[0] & ~EXCEPTION_FLAG);
}

static err take_pdu(const struct reader *r)
{
    uint8_t function = r->pdu.at[0];

    if (function & EXCEPTION_FLAG) return take_exception(r);
    (void)text_copy(r->telegram->status, sizeof r->telegram->status, "ok");
    for (size_t i = 0; i < COUNT(shapes); i++)
        if (shapes[i].function == function) return shapes[i].take(r, shapes[i].word);
    (void)take_other(r, "unknown");
    return wrong(r, ERR_FRAME, 0, "the function is not known");
}

static void begin(struct telegram *t, const char *protocol)
{
    *t = (struct telegram){.protocol = protocol};
}

static void set_unit(struct telegram *t, uint8_t unit)
{
    (void)text_format(t->address, sizeof t->address, "%u", (unsigned)unit);
}

err modbus_tcp_telegram(struct bytes in, const char *dialect, struct arena *arena,
                        struct telegram *t)
{
    ensure(arena && t);
    (void)dialect;

    begin(t, "modbus-tcp");
    if (in.n <= TCP_HEAD_BYTES)
        return telegram_wrong(t, ERR_SHORT, in.n, "shorter than a head and a function");
    set_unit(t, in.at[6]);
    struct reader r = {t, arena, {in.at + 7, in.n - 7}, TCP_HEAD_BYTES};
    if (in.at[2] || in.at[3])
        return telegram_wrong(t, ERR_FRAME, 2, "the protocol number is not 0");
    size_t length = (size_t)(in.at[4] << 8 | in.at[5]);
    if (length > in.n - 6) return telegram_wrong(t, ERR_SHORT, 4, "it is cut short");
    if (length < in.n - 6) return telegram_wrong(t, ERR_FRAME, 4, "more bytes follow");
    return take_pdu(&r);
}

err modbus_rtu_telegram(struct bytes in, const char *dialect, struct arena *arena,
                        struct telegram *t)
{
    ensure(arena && t);
    (void)dialect;

    begin(t, "modbus-rtu");
    if (in.n < 4)
        return telegram_wrong(t, ERR_SHORT, in.n, "shorter than unit, function and CRC");
    set_unit(t, in.at[0]);
    uint16_t crc = modbus_crc((struct bytes){in.at, in.n - 2});
    if (in.at[in.n - 2] != (crc & 0xFF) || in.at[in.n - 1] != crc >> 8)
        return telegram_wrong(t, ERR_CHECK, in.n - 2, "the CRC does not fit the bytes");
    struct reader r = {t, arena, {in.at + 1, in.n - 3}, 1};
    return take_pdu(&r);
}
