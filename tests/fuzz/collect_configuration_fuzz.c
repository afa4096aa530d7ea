/* collect_configuration_fuzz.c - any bytes as the server's configuration.
 *
 * Property: an error comes with a message; what is taken keeps every bound and reference.
 */
#include "base/ensure.h"
#include "collect/configuration.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct configuration *c)
{
    ensure(c->version > 0 && strlen(c->terminal) > 0);
    ensure(c->devices_n <= CONFIGURATION_DEVICES_MAX);
    for (size_t i = 0; i < c->devices_n; i++) {
        const struct configuration_device *d = &c->devices[i];
        ensure(d->template >= c->templates && d->template <c->templates + c->templates_n);
        ensure(d->cycle_ms >= CONFIGURATION_CYCLE_MS_MIN);
        ensure(d->points != NULL || d->template->points_n == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct configuration *c = NULL;
    struct diag diag;

    diag_clear(&diag);
    err e = configuration_parse((struct bytes){data, size}, &c, &diag);
    ensure((e == ERR_OK) == (c != NULL));
    ensure((e == ERR_OK) == (diag.total == 0));
    if (c) check(c);
    configuration_close(c);
    return 0;
}
