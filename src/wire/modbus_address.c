/* modbus_address.c - a small word splitter and tables of the words; see the header. */
#include "wire/modbus_address.h"

#include "base/ensure.h"
#include "base/text.h"

#include <string.h>

enum {
    WORDS_MAX = 6,
    WORD_BYTES = 24,
    PORT_DEFAULT = 502,
    UNIT_DEFAULT = 1,
    MODBUS_GAP_DEFAULT = 32
};

#define DEVICE_FORM "the form is HOST:PORT/UNIT, e.g. 192.168.1.10:502/1"
#define RTU_FORM                                                                         \
    "the form is LINE/UNIT, e.g. serial:/dev/ttyUSB0:9600:8N1/5 or tcp:10.0.0.7:4001/5"
#define OPTIONS_FORM "options are ;max=60;gap=8;timeout=3000;retries=1;pause=20"
#define POINT_FORM                                                                       \
    "the form is TABLE NUMBER TYPE [ORDER] [bit N], e.g. holding 0 f32 abcd, coil 3"

#define WORD_ROW(name, word) word,
#define TYPE_WORD_ROW(name, word, registers) word,
#define TYPE_REGISTERS_ROW(name, word, registers) registers,
static const char *const tables[] = {MODBUS_TABLE_LIST(WORD_ROW)};
static const char *const types[] = {MODBUS_TYPE_LIST(TYPE_WORD_ROW)};
static const char *const orders[] = {MODBUS_ORDER_LIST(WORD_ROW)};
static const uint8_t type_registers[] = {MODBUS_TYPE_LIST(TYPE_REGISTERS_ROW)};
#undef WORD_ROW
#undef TYPE_WORD_ROW
#undef TYPE_REGISTERS_ROW

struct words {
    size_t n;
    char at[WORDS_MAX][WORD_BYTES];
};

static err wrong(char *why, size_t why_n, const char *what, const char *form)
{
    if (why && why_n) (void)text_format(why, why_n, "%s; %s", what, form);
    return ERR_RANGE;
}

/* False when there are too many words or one is too long. */
static bool split(const char *text, struct words *words)
{
    words->n = 0;
    while (*text) {
        size_t n = strcspn(text, " \t");
        if (n) {
            if (words->n == WORDS_MAX || n >= WORD_BYTES) return false;
            (void)text_copy_n(words->at[words->n++], WORD_BYTES, text, n);
        }
        text += n;
        text += strspn(text, " \t");
    }
    return true;
}

static int find(const char *const *words, size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++)
        if (text_equal(words[i], word)) return (int)i;
    return -1;
}

static int find_type(const char *word)
{
    if (text_equal(word, "float")) return MODBUS_F32;
    if (text_equal(word, "double")) return MODBUS_F64;
    return find(types, COUNT(types), word);
}

static bool is_host(const char *host)
{
    size_t n = strlen(host);
    return n > 0 && strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "0123456789.-_:%") == n;
}

/* The host at the start of `text`; *rest is what follows it. */
static bool take_host(const char *text, char host[MODBUS_HOST_BYTES], const char **rest)
{
    bool bracket = text[0] == '[';
    const char *start = bracket ? text + 1 : text;
    size_t n = strcspn(start, bracket ? "]" : ":/;");

    if (bracket && start[n] != ']') return false;
    if (!text_copy_n(host, MODBUS_HOST_BYTES, start, n)) return false;
    *rest = start + n + (bracket ? 1 : 0);
    return is_host(host);
}

/* "NUMBER" up to one of `ends`. */
static bool take_number(const char **rest, const char *ends, uint32_t *number)
{
    char text[8];
    size_t n = strcspn(*rest, ends);

    if (!text_copy_n(text, sizeof text, *rest, n) || text_to_u32(text, number))
        return false;
    *rest += n;
    return true;
}

/* "UNIT" before the options. */
static const char *take_unit(const char **rest, struct modbus_device_address *a)
{
    uint32_t unit = 0;

    if (!take_number(rest, ";", &unit) || (unit > 247 && unit != UINT8_MAX))
        return "the unit is a number from 0 to 247, or 255";
    a->unit = (uint8_t)unit;
    return NULL;
}

/* ":PORT" and "/UNIT" where they are there. */
static const char *take_tail(const char **rest, struct modbus_device_address *a)
{
    uint32_t port = PORT_DEFAULT;

    if (**rest == ':') {
        (*rest)++;
        if (!take_number(rest, "/;", &port) || port < 1 || port > UINT16_MAX)
            return "the port is a number from 1 to 65535";
    }
    a->port = (uint16_t)port;
    a->unit = UNIT_DEFAULT;
    if (**rest != '/') return NULL;
    (*rest)++;
    return take_unit(rest, a);
}

static const char *set_option(const char *name, uint32_t number,
                              struct modbus_limits *limits)
{
    static const struct {
        const char *name;
        uint32_t least, most;
        const char *fault;
    } options[] = {{"max", 1, 125, "max is from 1 to 125"},
                   {"gap", 0, 125, "gap is from 0 to 125"},
                   {"timeout", 50, 60000, "timeout is from 50 to 60000 ms"},
                   {"retries", 0, 5, "retries is from 0 to 5"},
                   {"pause", 0, 10000, "pause is from 0 to 10000 ms"}};

    uint32_t values[] = {limits->registers_max, limits->gap, limits->timeout_ms,
                         limits->retries, limits->pause_ms};

    for (size_t i = 0; i < COUNT(options); i++) {
        if (!text_equal(options[i].name, name)) continue;
        if (number < options[i].least || number > options[i].most)
            return options[i].fault;
        values[i] = number;
        *limits = (struct modbus_limits){(uint16_t)values[0], (uint16_t)values[1],
                                         values[2], values[3], values[4]};
        return NULL;
    }
    return "an option is not known";
}

/* ";NAME=NUMBER" until the end. */
static const char *take_options(const char *rest, struct modbus_limits *limits)
{
    const char *fault = NULL;

    *limits = (struct modbus_limits){.registers_max = 125, .gap = MODBUS_GAP_DEFAULT};
    while (*rest == ';' && !fault) {
        char name[12];
        uint32_t number = 0;
        size_t n = strcspn(++rest, "=;");
        if (rest[n] != '=' || !text_copy_n(name, sizeof name, rest, n))
            return "an option is NAME=NUMBER";
        rest += n + 1;
        if (!take_number(&rest, ";", &number)) return "an option is NAME=NUMBER";
        fault = set_option(name, number, limits);
    }
    if (fault) return fault;
    return *rest ? "there is something behind the address" : NULL;
}

static const char *parse_tcp(const char *rest, struct modbus_device_address *a,
                             const char **form)
{
    *form = DEVICE_FORM;
    if (!take_host(rest, a->host, &rest))
        return "the host is missing or has a wrong character";
    const char *fault = take_tail(&rest, a);
    if (fault) return fault;
    if (*rest && *rest != ';') return "there is something behind the host";
    *form = OPTIONS_FORM;
    fault = take_options(rest, &a->limits);
    bool colon = strchr(a->host, ':') != NULL;
    (void)text_format(a->line, sizeof a->line, colon ? "tcp:[%s]:%u" : "tcp:%s:%u",
                      a->host, (unsigned)a->port);
    return fault;
}

err modbus_device_parse(const char *text, struct modbus_device_address *address,
                        char *why, size_t why_n)
{
    ensure(text && address);

    struct modbus_device_address a = {0};
    const char *form = NULL, *fault = parse_tcp(text, &a, &form);

    if (fault) return wrong(why, why_n, fault, form);
    *address = a;
    return ERR_OK;
}

static const char *parse_rtu(const char *text, struct modbus_device_address *a,
                             const char **form)
{
    size_t n = strcspn(text, ";");
    const char *rest;

    *form = RTU_FORM;
    while (n > 0 && text[n - 1] != '/') n--;
    if (n < 2) return "the line or the unit is missing";
    if (!text_copy_n(a->line, sizeof a->line, text, n - 1)) return "the line is too long";
    rest = text + n;
    const char *fault = take_unit(&rest, a);
    if (fault) return fault;
    *form = OPTIONS_FORM;
    return take_options(rest, &a->limits);
}

err modbus_rtu_device_parse(const char *text, struct modbus_device_address *address,
                            char *why, size_t why_n)
{
    ensure(text && address);

    struct modbus_device_address a = {0};
    const char *form = NULL, *fault = parse_rtu(text, &a, &form);

    if (fault) return wrong(why, why_n, fault, form);
    *address = a;
    return ERR_OK;
}

/* "bit N" at words->at[i..]; NULL when right. */
static const char *take_bit(const struct words *words, size_t i,
                            struct modbus_point_address *a)
{
    uint32_t bit = 0;
    bool unsigned_integer =
        a->type == MODBUS_U16 || a->type == MODBUS_U32 || a->type == MODBUS_U64;

    if (!text_equal(words->at[i], "bit")) return "a word is not known";
    if (i + 2 != words->n) return "bit needs one number and stands last";
    if (!unsigned_integer) return "only u16, u32 and u64 have a bit";
    if (text_to_u32(words->at[i + 1], &bit) ||
        bit >= 16U * modbus_type_registers(a->type))
        return "the bit is not within the number";
    a->bit = (int8_t)bit;
    return NULL;
}

/* Words behind TABLE NUMBER. */
static const char *take_type(const struct words *words, struct modbus_point_address *a)
{
    bool is_bits = a->table == MODBUS_COIL || a->table == MODBUS_DISCRETE;
    size_t i = 2;

    a->type = MODBUS_BIT;
    if (i == words->n) return is_bits ? NULL : "registers need a type";
    int type = find_type(words->at[i++]);
    if (type < 0) return "the type is not known";
    a->type = (enum modbus_type)type;
    if (is_bits && a->type != MODBUS_BIT)
        return "coils and discrete inputs are of type bit";
    if (!is_bits && a->type == MODBUS_BIT)
        return "one bit of a register is written u16 bit N";
    if (is_bits && i < words->n) return "a coil has neither order nor bit";
    if (i < words->n && find(orders, COUNT(orders), words->at[i]) >= 0)
        a->order = (enum modbus_order)find(orders, COUNT(orders), words->at[i++]);
    if (a->number + modbus_type_registers(a->type) > 65536U)
        return "the number ends behind register 65535";
    return i < words->n ? take_bit(words, i, a) : NULL;
}

err modbus_point_parse(const char *text, struct modbus_point_address *address, char *why,
                       size_t why_n)
{
    ensure(text && address);

    struct modbus_point_address a = {.bit = -1};
    struct words words;
    uint32_t number = 0;

    if (!split(text, &words)) return wrong(why, why_n, "too long", POINT_FORM);
    if (words.n < 2) return wrong(why, why_n, "too few words", POINT_FORM);
    int table = find(tables, COUNT(tables), words.at[0]);
    if (table < 0) return wrong(why, why_n, "the table is not known", POINT_FORM);
    a.table = (enum modbus_table)table;
    if (text_to_u32(words.at[1], &number) || number > UINT16_MAX)
        return wrong(why, why_n, "the number is not from 0 to 65535", POINT_FORM);
    a.number = (uint16_t)number;
    const char *fault = take_type(&words, &a);
    if (fault) return wrong(why, why_n, fault, POINT_FORM);
    *address = a;
    return ERR_OK;
}

unsigned modbus_type_registers(enum modbus_type type)
{
    ensure(type < MODBUS_TYPE_N);
    return type_registers[type];
}

err modbus_address_check(const char *protocol, const char *what, const char *address,
                         char *why, size_t why_n)
{
    struct modbus_device_address device;
    struct modbus_point_address point;

    bool is_device = text_equal(what, "device");

    if (text_equal(protocol, "modbus-rtu") && is_device)
        return modbus_rtu_device_parse(address, &device, why, why_n);
    if (text_equal(protocol, "modbus-tcp") && is_device)
        return modbus_device_parse(address, &device, why, why_n);
    if (text_equal(protocol, "modbus-tcp") || text_equal(protocol, "modbus-rtu"))
        return modbus_point_parse(address, &point, why, why_n);
    if (why && why_n)
        (void)text_format(why, why_n,
                          "the protocol is not known; modbus-tcp and modbus-rtu are");
    return ERR_UNKNOWN;
}
