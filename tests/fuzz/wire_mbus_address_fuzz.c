/* wire_mbus_address_fuzz.c - any text as an M-Bus address of a device or a point.
 *
 * Properties: refused with a sentence, or understood; an address that was understood is
 * read again from its own text to the same bytes; a point takes only finite values. */
#include "base/ensure.h"
#include "base/text.h"
#include "wire/mbus_address.h"

#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_device(const char *text)
{
    struct mbus_address a, b;
    char why[200] = "", again[MBUS_ADDRESS_BYTES];

    err e = mbus_address_parse(text, &a, why, sizeof why);
    ensure(!e == !why[0]);
    if (e || !a.secondary) return;
    mbus_address_text(a.select, again);
    ensure(!mbus_address_parse(again, &b, NULL, 0));
    ensure(memcmp(a.select, b.select, sizeof a.select) == 0);
}

static void try_point(const char *text)
{
    struct mbus_point p;
    char why[200] = "";
    struct telegram_value values[] = {
        {.name = "energy",
         .unit = "kWh",
         .normal_unit = "Wh",
         .function = "instantaneous",
         .number = 1,
         .normal_number = 1000},
        {.name = "volume", .kind = TELEGRAM_ABSENT, .function = "maximum", .storage = 1},
    };
    struct telegram t = {.values = values, .values_n = COUNT(values)};
    double value = 0;

    err e = mbus_point_parse(text, &p, why, sizeof why);
    ensure(!e == !why[0]);
    if (!e && !mbus_point_take(&p, &t, 0, &value)) ensure(isfinite(value));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[256];

    if (size >= sizeof text) return 0;
    memcpy(text, data, size);
    text[size] = 0;
    try_device(text);
    try_point(text);
    return 0;
}
