/* sparkplug_value.c - signed numbers are the hard part: Int8 to Int32 stand as two's
 * complement in an unsigned field of 32 bits, some senders fill only the bits of the
 * type, others all 64. */
#include "wire/sparkplug_value.h"

#include "base/text.h"

#include <inttypes.h>
#include <string.h>

#define EXACT_MAX (1ULL << 53)

bool sparkplug_member_fits(enum sparkplug_member member, enum protobuf_type type)
{
    static const enum protobuf_type types[] = {
        [SPARKPLUG_AS_INT] = PROTOBUF_VARINT,    [SPARKPLUG_AS_LONG] = PROTOBUF_VARINT,
        [SPARKPLUG_AS_FLOAT] = PROTOBUF_FIXED32, [SPARKPLUG_AS_DOUBLE] = PROTOBUF_FIXED64,
        [SPARKPLUG_AS_BOOLEAN] = PROTOBUF_VARINT, [SPARKPLUG_AS_STRING] = PROTOBUF_BYTES,
        [SPARKPLUG_AS_BYTES] = PROTOBUF_BYTES,   [SPARKPLUG_AS_DATASET] = PROTOBUF_BYTES,
        [SPARKPLUG_AS_TEMPLATE] = PROTOBUF_BYTES};

    return types[member] == type;
}

static err put_digits(struct report_value *out, const char *digits, struct arena *arena)
{
    const char *text = arena_text(arena, digits, strlen(digits));

    if (!text) return ERR_MEMORY;
    out->text = text;
    return ERR_OK;
}

static err put_signed(struct report_value *out, int64_t value, struct arena *arena)
{
    char digits[32];

    out->number = (double)value;
    if (value <= (int64_t)EXACT_MAX && value >= -(int64_t)EXACT_MAX) return ERR_OK;
    (void)text_format(digits, sizeof digits, "%" PRId64, value);
    return put_digits(out, digits, arena);
}

static err put_unsigned(struct report_value *out, uint64_t value, struct arena *arena)
{
    char digits[32];

    out->number = (double)value;
    if (value <= EXACT_MAX) return ERR_OK;
    (void)text_format(digits, sizeof digits, "%" PRIu64, value);
    return put_digits(out, digits, arena);
}

static err misfit(struct report_value *out, const char *why)
{
    out->kind = REPORT_ABSENT;
    out->text = why;
    return ERR_TYPE;
}

/* `bits` of two's complement, sign-extended to 32 or 64 bits or not at all. */
static err put_narrow(struct report_value *out, unsigned bits, uint64_t word)
{
    uint64_t mask = (1ULL << bits) - 1, sign = 1ULL << (bits - 1);
    uint64_t wide = (word & sign) ? word | ~mask : word & mask;

    bool plain = word <= mask;
    bool extended = (word & sign) && (word == (wide & UINT32_MAX) || word == wide);
    if (!plain && !extended) return misfit(out, "outside its type");
    out->number = (double)(int64_t)wide;
    return ERR_OK;
}

static err put_whole(struct report_value *out, uint32_t datatype, uint64_t word,
                     struct arena *arena)
{
    static const unsigned bits[] = {[SPARKPLUG_INT8] = 8,   [SPARKPLUG_INT16] = 16,
                                    [SPARKPLUG_INT32] = 32, [SPARKPLUG_UINT8] = 8,
                                    [SPARKPLUG_UINT16] = 16, [SPARKPLUG_UINT32] = 32};

    if (datatype >= SPARKPLUG_INT8 && datatype <= SPARKPLUG_INT32)
        return put_narrow(out, bits[datatype], word);
    if (datatype == SPARKPLUG_INT64) return put_signed(out, (int64_t)word, arena);
    if (datatype >= SPARKPLUG_UINT8 && datatype <= SPARKPLUG_UINT32 &&
        word >> bits[datatype])
        return misfit(out, "outside its type");
    if (datatype == SPARKPLUG_BOOLEAN) {
        out->kind = REPORT_TRUTH;
        out->number = word != 0;
        return ERR_OK;
    }
    if (datatype == SPARKPLUG_DATETIME) {
        out->kind = REPORT_TIME;
        out->number = (double)word;
        return word <= EXACT_MAX ? ERR_OK : misfit(out, "outside its type");
    }
    return put_unsigned(out, word, arena);
}

static bool is_text(uint32_t datatype)
{
    return datatype == SPARKPLUG_STRING || datatype == SPARKPLUG_TEXT ||
           datatype == SPARKPLUG_UUID;
}

static err put_text(struct report_value *out, struct bytes bytes, struct arena *arena)
{
    char *text = arena_text(arena, (const char *)bytes.at, bytes.n);

    if (!text) return ERR_MEMORY;
    for (size_t i = 0; i < bytes.n; i++) /* lines of a text are not an offence */
        if ((uint8_t)text[i] < 0x20) text[i] = ' ';
    if (!text_is_clean(text, bytes.n)) return ERR_FRAME;
    out->kind = REPORT_TEXT;
    out->text = text;
    return ERR_OK;
}

err sparkplug_value(uint32_t datatype, enum sparkplug_member member,
                    const struct protobuf_field *field, struct arena *arena,
                    struct report_value *out)
{
    float narrow;
    uint32_t word = (uint32_t)field->value;

    out->kind = REPORT_NUMBER;
    switch (member) {
    case SPARKPLUG_AS_INT:
    case SPARKPLUG_AS_LONG:
        if (is_text(datatype)) return misfit(out, "a number where a text should be");
        return put_whole(out, datatype, field->value, arena);
    case SPARKPLUG_AS_FLOAT:
        memcpy(&narrow, &word, sizeof narrow);
        out->number = (double)narrow;
        return is_text(datatype) ? misfit(out, "a number where a text should be")
                                 : ERR_OK;
    case SPARKPLUG_AS_DOUBLE:
        memcpy(&out->number, &field->value, sizeof out->number);
        return is_text(datatype) ? misfit(out, "a number where a text should be")
                                 : ERR_OK;
    case SPARKPLUG_AS_BOOLEAN:
        out->kind = REPORT_TRUTH;
        out->number = field->value != 0;
        return ERR_OK;
    case SPARKPLUG_AS_STRING: return put_text(out, field->bytes, arena);
    case SPARKPLUG_AS_BYTES:
    case SPARKPLUG_AS_DATASET:
    case SPARKPLUG_AS_TEMPLATE:
        out->kind = REPORT_BYTES;
        out->raw = field->bytes;
        return ERR_OK;
    }
    return ERR_FRAME;
}
