/* modbus_pdu.c - requests on the registers of one device. */
#include "heatnet-plant/modbus_pdu.h"

#include "base/ensure.h"

#include <string.h>

enum { READ_BITS_MAX = 2000, READ_WORDS_MAX = 125, WRITE_BITS_MAX = 1968 };

enum { WRITE_WORDS_MAX = 123, BOTH_WRITE_MAX = 121, COIL_ON = 0xFF00 };

/* A run of registers of one table. */
struct span {
    enum point_table table;
    unsigned first, n;
};

static void put_u16(struct modbus_reply *reply, unsigned value)
{
    ensure(reply->n + 2 <= MODBUS_PDU_MAX);
    reply->at[reply->n++] = (uint8_t)(value >> 8);
    reply->at[reply->n++] = (uint8_t)value;
}

void modbus_refuse(uint8_t function, enum modbus_exception why,
                   struct modbus_reply *reply)
{
    *reply = (struct modbus_reply){
        .at = {(uint8_t)(function | 0x80), (uint8_t)why},
          .n = 2
    };
}

static bool span_has(struct span span, const struct point_row *row)
{
    return row->table == span.table && row->number >= span.first &&
           row->number + point_words(row) <= span.first + span.n;
}

static bool span_touches(struct span span, const struct point_row *row)
{
    return row->table == span.table && row->number < span.first + span.n &&
           row->number + point_words(row) > span.first;
}

/* Count the read first, so that the counter in the answer counts this answer too. */
static void count_read(const struct device_place *place, struct span span,
                       struct modbus_reply *reply)
{
    const struct point_row *row = point_by_key(place->map, "poll_counter");

    place->device->polls_n += 1;
    if (!row || !span_has(span, row)) return;
    reply->counter_read = true;
    reply->counter = (uint32_t)place->device->polls_n;
}

static void put_bits(const uint16_t *words, unsigned n, struct modbus_reply *reply)
{
    unsigned bytes_n = (n + 7) / 8;
    reply->at[reply->n++] = (uint8_t)bytes_n;
    uint8_t *out = &reply->at[reply->n];
    memset(out, 0, bytes_n);
    for (unsigned i = 0; i < n; i++)
        if (words[i]) out[i / 8] = (uint8_t)(out[i / 8] | 1u << i % 8);
    reply->n += bytes_n;
}

static void read_span(const struct device_place *place, uint8_t function,
                      struct span span, struct modbus_reply *reply)
{
    bool bits = span.table == TABLE_COIL || span.table == TABLE_DISCRETE;
    unsigned most = bits ? READ_BITS_MAX : READ_WORDS_MAX;

    if (span.n < 1 || span.n > most) {
        modbus_refuse(function, MODBUS_BAD_VALUE, reply);
        return;
    }
    if (span.first + span.n > IMAGE_WORDS) {
        modbus_refuse(function, MODBUS_BAD_ADDRESS, reply);
        return;
    }
    struct image image;
    reply->at[reply->n++] = function;
    count_read(place, span, reply);
    image_fill(&image, place->map, place->device, place->noise_key);
    const uint16_t *words = &image.words[span.table][span.first];
    if (bits) {
        put_bits(words, span.n, reply);
        return;
    }
    reply->at[reply->n++] = (uint8_t)(2 * span.n);
    for (unsigned i = 0; i < span.n; i++) put_u16(reply, words[i]);
}

/* 0, or the exception that stands against writing `span` as it is in `image`. */
static unsigned write_problem(const struct device_place *place, struct span span,
                              const struct image *image)
{
    unsigned owned = 0;

    for (size_t i = 0; i < place->map->rows_n; i++) {
        const struct point_row *row = &place->map->rows[i];
        double value;
        if (!span_touches(span, row)) continue;
        if (!row->write || !span_has(span, row)) return MODBUS_BAD_ADDRESS;
        if (!image_value(image, row, &value)) return MODBUS_BAD_VALUE;
        if (!(value >= row->write_low && value <= row->write_high))
            return MODBUS_BAD_VALUE;
        owned += point_words(row);
    }
    return owned == span.n ? 0 : MODBUS_BAD_ADDRESS;
}

/* All of `words` or nothing; returns 0 or the exception. */
static unsigned write_span(const struct device_place *place, struct span span,
                           const uint16_t *words)
{
    struct image image;

    if (span.first + span.n > IMAGE_WORDS) return MODBUS_BAD_ADDRESS;
    image_fill(&image, place->map, place->device, place->noise_key);
    memcpy(&image.words[span.table][span.first], words, span.n * sizeof words[0]);
    unsigned problem = write_problem(place, span, &image);
    if (problem) return problem;
    for (size_t i = 0; i < place->map->rows_n; i++) {
        const struct point_row *row = &place->map->rows[i];
        double value;
        if (!span_touches(span, row) || !image_value(&image, row, &value)) continue;
        row->write(place->device, value / row->per_si);
    }
    return 0;
}

/* The request after its function code. */
struct request {
    const struct device_place *place;
    uint8_t function;
    struct bytes rest;
};

static bool take_span(struct bytes *in, enum point_table table, struct span *span)
{
    uint16_t first, n;

    if (!bytes_take_u16_be(in, &first) || !bytes_take_u16_be(in, &n)) return false;
    *span = (struct span){table, first, n};
    return true;
}

static bool take_words(struct bytes *in, unsigned n, uint16_t *words)
{
    for (unsigned i = 0; i < n; i++)
        if (!bytes_take_u16_be(in, &words[i])) return false;
    return in->n == 0;
}

static void answer_read(const struct request *request, struct modbus_reply *reply)
{
    static const enum point_table tables[] = {TABLE_COIL, TABLE_COIL, TABLE_DISCRETE,
                                              TABLE_HOLDING, TABLE_INPUT};
    struct bytes in = request->rest;
    struct span span;

    if (!take_span(&in, tables[request->function], &span) || in.n != 0)
        modbus_refuse(request->function, MODBUS_BAD_VALUE, reply);
    else
        read_span(request->place, request->function, span, reply);
}

/* Functions 5 and 6: the answer is the request. */
static void answer_write_one(const struct request *request, struct modbus_reply *reply)
{
    bool coil = request->function == 5;
    struct bytes in = request->rest;
    uint16_t number, word;
    unsigned problem = MODBUS_BAD_VALUE;

    if (bytes_take_u16_be(&in, &number) && bytes_take_u16_be(&in, &word) && in.n == 0 &&
        (!coil || word == 0 || word == COIL_ON)) {
        struct span span = {coil ? TABLE_COIL : TABLE_HOLDING, number, 1};
        uint16_t value = coil ? word != 0 : word;
        problem = write_span(request->place, span, &value);
    }
    if (problem) {
        modbus_refuse(request->function, (enum modbus_exception)problem, reply);
        return;
    }
    reply->at[reply->n++] = request->function;
    memcpy(&reply->at[1], request->rest.at, request->rest.n);
    reply->n += request->rest.n;
}

static bool take_coils(struct bytes *in, unsigned n, uint16_t *words)
{
    struct bytes packed;

    if (!bytes_take(in, (n + 7) / 8, &packed) || in->n != 0) return false;
    for (unsigned i = 0; i < n; i++) words[i] = packed.at[i / 8] >> i % 8 & 1;
    return true;
}

/* Functions 15 and 16. */
static void answer_write_many(const struct request *request, struct modbus_reply *reply)
{
    bool coils = request->function == 15;
    struct bytes in = request->rest;
    uint16_t words[WRITE_BITS_MAX];
    struct span span;
    uint8_t bytes_n;
    unsigned problem = MODBUS_BAD_VALUE;
    unsigned most = coils ? WRITE_BITS_MAX : WRITE_WORDS_MAX;

    if (take_span(&in, coils ? TABLE_COIL : TABLE_HOLDING, &span) &&
        bytes_take_u8(&in, &bytes_n) && bytes_n == in.n && span.n >= 1 &&
        span.n <= most &&
        (coils ? take_coils(&in, span.n, words) : take_words(&in, span.n, words)))
        problem = write_span(request->place, span, words);
    if (problem) {
        modbus_refuse(request->function, (enum modbus_exception)problem, reply);
        return;
    }
    reply->at[reply->n++] = request->function;
    put_u16(reply, span.first);
    put_u16(reply, span.n);
}

/* Function 23: write, then read. */
static void answer_both(const struct request *request, struct modbus_reply *reply)
{
    struct bytes in = request->rest;
    uint16_t words[WRITE_WORDS_MAX];
    struct span read, written;
    uint8_t bytes_n;
    unsigned problem = MODBUS_BAD_VALUE;

    if (take_span(&in, TABLE_HOLDING, &read) && take_span(&in, TABLE_HOLDING, &written) &&
        bytes_take_u8(&in, &bytes_n) && bytes_n == in.n && written.n >= 1 &&
        written.n <= BOTH_WRITE_MAX && take_words(&in, written.n, words))
        problem = write_span(request->place, written, words);
    if (problem)
        modbus_refuse(request->function, (enum modbus_exception)problem, reply);
    else
        read_span(request->place, request->function, read, reply);
}

static const struct {
    uint8_t function;
    void (*answer)(const struct request *request, struct modbus_reply *reply);
} functions[] = {
    {1,  answer_read      },
    {2,  answer_read      },
    {3,  answer_read      },
    {4,  answer_read      },
    {5,  answer_write_one },
    {6,  answer_write_one },
    {15, answer_write_many},
    {16, answer_write_many},
    {23, answer_both      },
};

void modbus_answer(const struct device_place *place, struct bytes request,
                   struct modbus_reply *reply)
{
    struct request r = {.place = place, .rest = request};
    bool whole = bytes_take_u8(&r.rest, &r.function);

    ensure(whole && request.n <= MODBUS_PDU_MAX);
    *reply = (struct modbus_reply){0};
    for (size_t i = 0; i < COUNT(functions); i++) {
        if (functions[i].function != r.function) continue;
        functions[i].answer(&r, reply);
        return;
    }
    modbus_refuse(r.function, MODBUS_BAD_FUNCTION, reply);
}
