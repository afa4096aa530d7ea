/* mbus_search.c - see mbus_search.h. */
#include "collect/mbus_search.h"

#include "base/text.h"

#include <string.h>

enum { ID_DIGITS = 8, ANY = 15, PRIMARY_LAST = 250, TRIES = 2, TEXT_BYTES = 16 };

enum seen { NOBODY, ONE, SEVERAL };

static void id_text(const uint8_t *select, char out[TEXT_BYTES])
{
    (void)text_format(out, TEXT_BYTES, "%02X%02X%02X%02X", select[3], select[2],
                      select[1], select[0]);
}

/* Digit 0 is the highest. */
static bool is_any(const uint8_t *select, int digit)
{
    uint8_t byte = select[(ID_DIGITS - 1 - digit) / 2];
    return (digit % 2 == 0 ? byte >> 4 : byte & 15) == ANY;
}

static void set_digit(uint8_t *select, int digit, uint8_t value)
{
    uint8_t *byte = &select[(ID_DIGITS - 1 - digit) / 2];
    bool high = digit % 2 == 0;
    *byte = (uint8_t)(high ? (*byte & 15) | value << 4 : (*byte & 0xF0) | value);
}

static bool is_line_error(err e)
{
    return e && e != ERR_TIMEOUT && e != ERR_FRAME;
}

/* Select, and ask: an E5 of several looks like that of one, their answers do not. */
static err look(const struct mbus_search *s, const uint8_t *select, enum seen *seen,
                uint8_t *meter)
{
    struct mbus_frame request = {.kind = MBUS_FRAME_SHORT,
                                 .control = MBUS_REQ_UD2 | MBUS_FCB,
                                 .address = MBUS_ADDRESS_SELECTED};
    struct mbus_frame answer;

    *seen = NOBODY;
    err e = mbus_exchange_select(s->exchange, select, TRIES);
    if (e == ERR_TIMEOUT) return ERR_OK;
    if (is_line_error(e)) return e;
    *seen = SEVERAL;
    if (e == ERR_FRAME) return ERR_OK;
    e = mbus_exchange_ask(s->exchange, &request, TRIES, &answer);
    if (is_line_error(e)) return e;
    bool readable = !e && answer.kind == MBUS_FRAME_LONG && answer.info == 0x72 &&
                    answer.data.n >= MBUS_SELECT_BYTES;
    if (!readable) return ERR_OK;
    *seen = ONE;
    memcpy(meter, answer.data.at, MBUS_SELECT_BYTES);
    return ERR_OK;
}

/* The digits that are counted, highest first, and how far each has come. */
struct count {
    int place[ID_DIGITS], digit[ID_DIGITS];
    int places_n, at; /* at: which one is being counted, -1 = none yet */
};

/* Depth-first without recursion; false at the end. */
static bool next(struct count *c, uint8_t *select, bool deeper)
{
    if (deeper) c->digit[++c->at] = -1;
    while (c->at >= 0 && c->digit[c->at] == 9)
        set_digit(select, c->place[c->at--], ANY);
    if (c->at < 0) return false;
    set_digit(select, c->place[c->at], (uint8_t)++c->digit[c->at]);
    return true;
}

err mbus_search_secondary(const struct mbus_search *s)
{
    uint8_t select[MBUS_SELECT_BYTES], meter[MBUS_SELECT_BYTES];
    struct count count = {.at = -1};
    char trying[TEXT_BYTES];

    memcpy(select, s->mask, sizeof select);
    for (int i = 0; i < ID_DIGITS; i++)
        if (is_any(select, i)) count.place[count.places_n++] = i;
    for (bool on = true; on && !s->stop(s->context);) {
        enum seen seen;
        id_text(select, trying);
        s->progress(s->context, trying);
        err e = look(s, select, &seen, meter);
        if (e) return e;
        if (seen == ONE) s->found(s->context, meter, 0);
        bool deeper = seen == SEVERAL && count.at < count.places_n - 1;
        if (seen == SEVERAL && !deeper) s->several(s->context, trying);
        on = next(&count, select, deeper);
    }
    return ERR_OK;
}

err mbus_search_primary(const struct mbus_search *s)
{
    for (uint8_t i = 1; i <= PRIMARY_LAST && !s->stop(s->context); i++) {
        struct mbus_frame request = {
            .kind = MBUS_FRAME_SHORT, .control = MBUS_SND_NKE, .address = i};
        char trying[TEXT_BYTES];
        (void)text_format(trying, sizeof trying, "%u", i);
        s->progress(s->context, trying);
        err e = mbus_exchange_command(s->exchange, &request, 1);
        if (is_line_error(e)) return e;
        if (!e) s->found(s->context, NULL, i);
        if (e == ERR_FRAME) s->several(s->context, trying);
    }
    return ERR_OK;
}
