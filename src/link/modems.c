/* modems.c - see the header. */
#include "link/modems.h"

#include <string.h>

bool modem_name_is_good(const char *name)
{
    size_t n = strlen(name);
    return n > 0 && n < MODEM_NAME_BYTES &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789-_.") == n;
}

err modems_send(struct modems *modems, const char *name, struct bytes bytes,
                int64_t deadline_ms)
{
    (void)modems;
    (void)name;
    (void)bytes;
    (void)deadline_ms;
    return ERR_REFUSED;
}

err modems_receive(struct modems *modems, const char *name, struct modem_room room,
                   int64_t deadline_ms, size_t *got)
{
    (void)modems;
    (void)name;
    (void)room;
    (void)deadline_ms;
    (void)got;
    return ERR_REFUSED;
}

err modems_discard(struct modems *modems, const char *name)
{
    (void)modems;
    (void)name;
    return ERR_REFUSED;
}
