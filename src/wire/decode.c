/* decode.c - the table of codecs. */
#include "wire/decode.h"

#include "base/ensure.h"
#include "base/text.h"
#include "wire/mbus.h"

static const struct decoder table[] = {
    {"mbus", "M-Bus, EN 13757-2 and -3", "", false, mbus_decode},
};

const struct decoder *decoder_find(const char *protocol)
{
    for (size_t i = 0; i < COUNT(table); i++)
        if (text_equal(table[i].protocol, protocol)) return &table[i];
    return NULL;
}

const struct decoder *decoders(size_t *n)
{
    *n = COUNT(table);
    return table;
}
