/* poller_open.c - from a configuration to devices, channels and a schedule. */
#include "base/ensure.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "collect/poller_internal.h"
#include "link/line.h"

#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES_MAX = 1024 * 1024 * 1024 };

/* A device is left out of polling, with the reason in its status. */
static void leave_out(struct poll_device *d, const char *why)
{
    (void)text_copy(d->error, sizeof d->error, why);
    d->state = DEVICE_OFFLINE;
    d->changed = true;
    d->driver = NULL;
    log_event(LOG_ERROR, "collect", "device_left_out", "device=%s why=\"%s\"",
              d->config->code, why);
}

static err open_rows(struct poller *p, struct poll_device *d)
{
    size_t n = d->columns_n, rows = p->options.rows_max;

    if (n * rows > POLLER_SAMPLES_MAX) rows = POLLER_SAMPLES_MAX / n;
    d->rows_max = rows ? rows : 1;
    d->points = arena_new(&p->arena, n, sizeof d->points[0]);
    d->rules = arena_new(&p->arena, n, sizeof d->rules[0]);
    d->times_ms = arena_new(&p->arena, d->rows_max, sizeof d->times_ms[0]);
    d->values = arena_new(&p->arena, d->rows_max * n, sizeof d->values[0]);
    d->qualities = arena_new(&p->arena, d->rows_max * n, 1);
    d->reading.n = n;
    d->reading.values = arena_new(&p->arena, n, sizeof d->reading.values[0]);
    d->reading.qualities = arena_new(&p->arena, n, 1);
    bool all = d->points && d->rules && d->times_ms && d->values && d->qualities &&
               d->reading.values && d->reading.qualities;
    return all ? ERR_OK : ERR_MEMORY;
}

static void fill_rule(struct poll_rule *rule, const struct configuration_point *point)
{
    rule->scale = scale_make(point->factor, point->offset);
    rule->rule = (struct validate_rule){point->range_low, point->range_high,
                                        point->rate_high, point->frozen_s};
}

/* Rules that speak of a point which the device does not have are left out. */
static bool map_keys(const struct configuration_device *config, struct correlation *rule)
{
    for (size_t k = 0; k < COUNT(rule->keys); k++) {
        uint32_t place = rule->keys[k], column = 0;
        for (uint32_t i = 0; i < place; i++) column += config->points[i] != 0;
        if (config->points[place] == 0) return false;
        rule->keys[k] = column;
    }
    return true;
}

static void add_checks(struct poll_device *d, const struct configuration_point *point,
                       uint32_t column)
{
    for (size_t i = 0; i < point->rules.n; i++) {
        struct poll_check check = {.column = column, .rule = point->rules.at[i]};
        check.rule.rate_high = point->rate_high;
        if (map_keys(d->config, &check.rule)) d->checks[d->checks_n++] = check;
    }
}

static err open_checks(struct poller *p, struct poll_device *d)
{
    const struct configuration_template *template = d->config->template;
    size_t n = 0;
    uint32_t column = 0;

    for (size_t i = 0; i < template->points_n; i++)
        if (d->config->points[i]) n += template->points[i].rules.n;
    if (n == 0) return ERR_OK;
    d->checks = arena_new(&p->arena, n, sizeof d->checks[0]);
    if (!d->checks) return ERR_MEMORY;
    for (size_t i = 0; i < template->points_n; i++)
        if (d->config->points[i]) add_checks(d, &template->points[i], column++);
    return ERR_OK;
}

/* The columns of a device: the points of its template that it has. */
static err open_columns(struct poller *p, struct poll_device *d, const char **addresses)
{
    const struct configuration_template *template = d->config->template;

    d->columns_n = 0;
    for (size_t i = 0; i < template->points_n; i++) {
        bool has = d->config->points[i] != 0;
        addresses[i] = has ? template->points[i].address : NULL;
        d->columns_n += has;
    }
    if (d->columns_n == 0) {
        leave_out(d, "no points");
        return ERR_OK;
    }
    if (d->columns_n > BLOCK_COLUMNS_MAX) {
        leave_out(d, "too many points");
        return ERR_OK;
    }
    err e = open_rows(p, d);
    if (!e) e = open_checks(p, d);
    for (size_t i = 0, column = 0; i < template->points_n && !e; i++) {
        if (!addresses[i]) continue;
        d->points[column] = d->config->points[i];
        fill_rule(&d->rules[column++], &template->points[i]);
    }
    return e;
}

/* What is wrong with the device's first bad address, for its status. */
static void say_why(struct poll_device *d, const char *const *addresses)
{
    char why[DRIVER_ERROR_BYTES] = "the address is not understood";
    const struct driver *driver = d->driver;

    if (!driver->check("device", d->config->address, why, sizeof why))
        for (size_t i = 0; i < d->config->template->points_n; i++)
            if (addresses[i] && driver->check("point", addresses[i], why, sizeof why))
                break;
    leave_out(d, why);
}

static err open_device(struct poller *p, struct poll_device *d, const char **addresses)
{
    d->driver = driver_find(d->config->protocol);
    if (!d->driver) {
        leave_out(d, "the protocol is not known");
        return ERR_OK;
    }
    err e = open_columns(p, d, addresses);
    if (e || !d->driver) return e;
    e = d->driver->plan_open(d->config->address, addresses, d->config->template->points_n,
                             &d->plan);
    if (e != ERR_RANGE) return e;
    say_why(d, addresses);
    return ERR_OK;
}

static err open_devices(struct poller *p, const struct configuration *c)
{
    size_t most = 1;
    err e = ERR_OK;

    p->devices_n = c->devices_n;
    p->devices =
        arena_new(&p->arena, c->devices_n ? c->devices_n : 1, sizeof p->devices[0]);
    p->polled =
        arena_new(&p->arena, c->devices_n ? c->devices_n : 1, sizeof p->polled[0]);
    for (size_t i = 0; i < c->templates_n; i++)
        if (c->templates[i].points_n > most) most = c->templates[i].points_n;
    const char **addresses = memory_new(most, sizeof addresses[0]);
    if (!p->devices || !p->polled || !addresses) e = ERR_MEMORY;
    for (size_t i = 0; i < c->devices_n && !e; i++) {
        p->devices[i].config = &c->devices[i];
        e = open_device(p, &p->devices[i], addresses);
        if (!e && p->devices[i].driver) p->polled[p->polled_n++] = &p->devices[i];
    }
    memory_free(addresses);
    return e;
}

/* --- channels -------------------------------------------------------------------- */

struct keyed {
    struct poll_device *device;
    char name[DRIVER_CHANNEL_BYTES];
};

/* Devices of the same line share a bus whatever they speak. */
static int compare_bus(const struct keyed *p, const struct keyed *q)
{
    const struct driver *a = p->device->driver, *b = q->device->driver;

    int order = strcmp(a->line ? "" : a->protocol, b->line ? "" : b->protocol);
    return order ? order : strcmp(p->name, q->name);
}

static int compare_keyed(const void *a, const void *b)
{
    const struct keyed *p = a, *q = b;
    int order = compare_bus(p, q);

    if (!order) order = strcmp(p->device->driver->protocol, q->device->driver->protocol);
    if (order) return order;
    return p->device < q->device ? -1 : p->device > q->device;
}

static err open_channel(struct poller *p, const struct keyed *keyed)
{
    struct poll_channel *c = &p->channels[p->channels_n];

    c->driver = keyed->device->driver;
    err e = c->driver->channel_open(keyed->name, p->options.timeout_ms, &c->channel);
    if (e) return e;
    p->channels_n++;
    if (c->driver->use_home) c->driver->use_home(c->channel, &p->home);
    if (!c->driver->line) return ERR_OK;
    c->line = c->driver->line(c->channel);
    line_use_modems(c->line, p->options.modems);
    return ERR_OK;
}

/* Silence is counted from now on. */
static err attach(const struct poller *p, struct poll_device *d)
{
    d->heard_ms = clock_mono_ms(p->options.clock);
    return d->driver->attach ? d->driver->attach(d->channel->channel, d->plan) : ERR_OK;
}

/* Devices with the same name get the same channel; numbers of buses rise along the
 * sorted list. */
static err open_channels(struct poller *p, struct keyed *keyed, uint32_t *channels)
{
    err e = ERR_OK;

    for (size_t i = 0; i < p->polled_n && !e; i++) {
        keyed[i].device = p->polled[i];
        e = keyed[i].device->driver->channel_name(keyed[i].device->config->address,
                                                  keyed[i].name);
    }
    if (e) return e;
    qsort(keyed, p->polled_n, sizeof keyed[0], compare_keyed);
    for (size_t i = 0; i < p->polled_n && !e; i++) {
        bool same_bus = i > 0 && compare_bus(&keyed[i], &keyed[i - 1]) == 0;
        bool same_driver =
            i > 0 && keyed[i].device->driver == keyed[i - 1].device->driver;
        if (!same_bus || !same_driver) e = open_channel(p, &keyed[i]);
        if (e) break;
        p->buses_n += !same_bus;
        p->polled[i] = keyed[i].device;
        p->polled[i]->channel = &p->channels[p->channels_n - 1];
        channels[i] = (uint32_t)(p->buses_n - 1);
        e = attach(p, p->polled[i]);
    }
    return e;
}

static err open_schedule(struct poller *p, const uint32_t *channels, uint32_t *cycles)
{
    for (size_t i = 0; i < p->polled_n; i++) {
        cycles[i] = p->polled[i]->config->cycle_ms;
        if (p->polled[i]->driver->take && cycles[i] > POLLER_TAKE_MS)
            cycles[i] = POLLER_TAKE_MS;
        if (cycles[i] < p->options.cycle_ms_min) cycles[i] = p->options.cycle_ms_min;
    }
    struct schedule_items items = {p->polled_n, channels, cycles, p->options.spread};
    return schedule_open(&p->schedule, &items, clock_utc_ms(p->options.clock));
}

err poller_make(struct poller *p, const struct configuration *configuration)
{
    arena_open(&p->arena, ARENA_BYTES_MAX);
    p->home = (struct driver_home){configuration->terminal,
                                   p->options.folder ? p->options.folder : ""};
    err e = open_devices(p, configuration);
    if (e || p->polled_n == 0) return e;

    struct keyed *keyed = memory_new(p->polled_n, sizeof keyed[0]);
    uint32_t *channels = memory_new(p->polled_n, sizeof channels[0]);
    uint32_t *cycles = memory_new(p->polled_n, sizeof cycles[0]);
    p->channels = arena_new(&p->arena, p->polled_n, sizeof p->channels[0]);
    p->buses = arena_new(&p->arena, p->polled_n, sizeof p->buses[0]);
    if (!keyed || !channels || !cycles || !p->channels || !p->buses) e = ERR_MEMORY;
    if (!e) e = open_channels(p, keyed, channels);
    if (!e) e = open_schedule(p, channels, cycles);
    memory_free(keyed);
    memory_free(channels);
    memory_free(cycles);
    return e;
}

void poller_unmake(struct poller *p)
{
    for (size_t i = 0; i < p->devices_n && p->devices; i++)
        if (p->devices[i].driver) p->devices[i].driver->plan_close(p->devices[i].plan);
    for (size_t i = 0; i < p->channels_n; i++)
        p->channels[i].driver->channel_close(p->channels[i].channel);
    schedule_close(&p->schedule);
    arena_close(&p->arena);
}
