/* telegram.c - a list of values that grows in its arena, and what is wrong with it. */
#include "wire/telegram.h"

#include "base/text.h"

#include <string.h>

enum { VALUES_FIRST = 16 };

/* Full at 0, 16, 32, 64 ... values: then a list of twice the size takes over. */
static bool is_full(size_t n)
{
    return n == 0 || (n >= VALUES_FIRST && (n & (n - 1)) == 0);
}

struct telegram_value *telegram_add(struct telegram *telegram, struct arena *arena)
{
    size_t n = telegram->values_n;
    if (n >= TELEGRAM_VALUES_MAX) {
        (void)telegram_wrong(telegram, ERR_FULL, 0, "more values than one telegram has");
        return NULL;
    }
    if (is_full(n)) {
        size_t room = n ? 2 * n : VALUES_FIRST;
        struct telegram_value *values = arena_new(arena, room, sizeof *values);
        if (!values) {
            (void)telegram_wrong(telegram, ERR_MEMORY, 0, "out of memory");
            return NULL;
        }
        if (n) memcpy(values, telegram->values, n * sizeof *values);
        telegram->values = values;
    }
    telegram->values_n++;
    telegram->values[n].function = "instantaneous";
    return &telegram->values[n];
}

err telegram_wrong(struct telegram *telegram, err what, size_t at, const char *why)
{
    if (telegram->why[0]) return what;
    (void)text_copy(telegram->why, sizeof telegram->why, why);
    telegram->at = at;
    return what;
}

const struct telegram_value *telegram_find(const struct telegram *telegram,
                                           const char *name, uint64_t storage)
{
    for (size_t i = 0; i < telegram->values_n; i++)
        if (telegram->values[i].storage == storage &&
            strcmp(telegram->values[i].name, name) == 0)
            return &telegram->values[i];
    return NULL;
}
