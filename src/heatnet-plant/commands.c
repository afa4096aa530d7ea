/* commands.c - the table of control commands. */
#include "heatnet-plant/commands.h"

#include "base/ensure.h"
#include "base/text.h"
#include "heatnet-plant/catalog_print.h"

#include <string.h>

enum { TIME_TEXT_BYTES = 32, CATALOG_CYCLE_S = 10 };

struct call {
    const struct session *session;
    unsigned words_n; /* after the command's own */
    char *const *words;
    struct buffer *answer;
    int64_t *wait_until_s;
};

static err refuse(const struct call *call, err e, const char *why)
{
    buffer_put_text(call->answer, why);
    return e;
}

static err run_time(const struct call *call)
{
    char text[TIME_TEXT_BYTES];
    text_from_time(call->session->plant->utc_s * 1000, text);
    buffer_format(call->answer, "%lld %s\n",
                  (long long)call->session->plant->utc_s * 1000, text);
    return ERR_OK;
}

static err run_status(const struct call *call)
{
    const struct session *s = call->session;
    const struct source *source = &s->plant->source;
    const struct clock *clock = &s->pace->clock;

    (void)run_time(call);
    if (s->pace->held)
        buffer_put_text(call->answer, "held\n");
    else if (clock->kind == CLOCK_MACHINE)
        buffer_put_text(call->answer, "clock machine\n");
    else
        buffer_format(call->answer, "clock %lld/%lld/%g\n",
                      (long long)clock->origin_utc_ms, (long long)clock->origin_real_ms,
                      clock->speed);
    buffer_format(call->answer, "behind_s %lld\n",
                  (long long)(pace_target_s(s->pace) - s->plant->utc_s));
    buffer_format(call->answer, "clients %u requests %llu faults %u\n",
                  modbus_server_clients_n(s->server),
                  (unsigned long long)modbus_server_requests_n(s->server), s->faults->n);
    buffer_format(call->answer,
                  "outdoor %.1f degC supply %.1f return %.1f degC heat %.2f MW\n",
                  s->plant->weather.outdoor_degc, source->supply_degc,
                  source->return_degc, source->heat_w * 1e-6);
    return ERR_OK;
}

static err run_ports(const struct call *call)
{
    const struct session *s = call->session;
    for (unsigned i = 0; i < PORTS_N; i++) {
        unsigned node_i = i == 0 ? NODE_SOURCE : NODE_STATION_FIRST + i - 1;
        buffer_format(call->answer, "%s %u\n", s->plant->network.nodes[node_i].code,
                      modbus_server_port(s->server, i));
    }
    return ERR_OK;
}

static err run_catalog(const struct call *call)
{
    uint16_t ports[PORTS_N];
    const char *terminal = call->words_n > 0 ? call->words[0] : "T1";

    for (unsigned i = 0; i < PORTS_N; i++)
        ports[i] = modbus_server_port(call->session->server, i);
    catalog_print((struct catalog_print){ports, terminal, CATALOG_CYCLE_S}, call->answer);
    return ERR_OK;
}

/* "+60", "+60s", whole milliseconds or a written time. */
static err read_target(const struct plant *plant, const char *word, int64_t *utc_s)
{
    char digits[TIME_TEXT_BYTES];
    int64_t number;

    if (word[0] != '+') {
        err e = text_to_time(word, &number);
        if (!e) *utc_s = number / 1000;
        return e;
    }
    size_t n = strlen(word + 1);
    if (n > 0 && word[n] == 's') n--;
    if (!text_copy_n(digits, sizeof digits, word + 1, n)) return ERR_TYPE;
    err e = text_to_i64(digits, &number);
    if (!e && (number < 0 || number > 366 * 86400)) e = ERR_RANGE;
    if (!e) *utc_s = plant->utc_s + number;
    return e;
}

static err run_advance(const struct call *call)
{
    const struct session *s = call->session;
    int64_t utc_s;

    if (!s->pace->held)
        return refuse(call, ERR_STATE, "the plant follows a clock (--hold)");
    if (call->words_n != 1 || read_target(s->plant, call->words[0], &utc_s) != ERR_OK)
        return refuse(call, ERR_TYPE, "the form is: advance +SECONDS | UTC_MS | UTC");
    if (utc_s < s->plant->utc_s) return refuse(call, ERR_RANGE, "that time is past");
    s->pace->target_s = utc_s;
    *call->wait_until_s = utc_s;
    return ERR_OK;
}

static err run_run(const struct call *call)
{
    pace_run(call->session->pace, call->session->plant);
    return run_status(call);
}

static err run_hold(const struct call *call)
{
    call->session->pace->held = true;
    call->session->pace->target_s = call->session->plant->utc_s;
    return run_time(call);
}

static err run_faults(const struct call *call)
{
    const struct faults *faults = call->session->faults;
    for (unsigned i = 0; i < faults->n; i++)
        buffer_format(call->answer, "%s %s\n", faults->at[i].site, faults->at[i].text);
    return ERR_OK;
}

static err run_fault(const struct call *call)
{
    return fault_set(call->session->faults, call->session->plant, call->words_n,
                     call->words, call->answer);
}

static err run_clear(const struct call *call)
{
    const char *site = call->words_n > 0 ? call->words[0] : "all";
    err e = fault_clear(call->session->faults, call->session->plant, site);
    return e ? refuse(call, e, "no such site") : ERR_OK;
}

static err find_point(const struct call *call, struct device_place *place,
                      const struct point_row **row)
{
    if (call->words_n < 2) return refuse(call, ERR_SHORT, "name a site and a point");
    if (!device_of_site(call->session->plant, call->words[0], place))
        return refuse(call, ERR_UNKNOWN, "no such site");
    *row = point_by_key(place->map, call->words[1]);
    return *row ? ERR_OK : refuse(call, ERR_UNKNOWN, "the site has no such point");
}

static err run_set(const struct call *call)
{
    struct device_place place;
    const struct point_row *row;
    double value;

    err e = find_point(call, &place, &row);
    if (e) return e;
    if (!row->write) return refuse(call, ERR_DENIED, "this point can only be read");
    if (call->words_n != 3 || text_to_double(call->words[2], &value) != ERR_OK)
        return refuse(call, ERR_TYPE, "the form is: set SITE POINT NUMBER");
    if (value < row->write_low || value > row->write_high) {
        buffer_format(call->answer, "allowed are %g .. %g %s", row->write_low,
                      row->write_high, row->unit);
        return ERR_RANGE;
    }
    row->write(place.device, value / row->per_si);
    return ERR_OK;
}

static err run_value(const struct call *call)
{
    struct device_place place;
    const struct point_row *row;
    char address[48];

    err e = find_point(call, &place, &row);
    if (e) return e;
    point_address(row, address, sizeof address);
    buffer_format(call->answer, "true %.6g shown %.6g %s at port %u unit %u %s\n",
                  point_true(row, place.device),
                  point_shown(row, place.device, place.noise_key), row->unit,
                  modbus_server_port(call->session->server, place.port_i), place.unit,
                  address);
    return ERR_OK;
}

static err run_points(const struct call *call)
{
    struct device_place place;

    if (call->words_n != 1 ||
        !device_of_site(call->session->plant, call->words[0], &place))
        return refuse(call, ERR_UNKNOWN, "the form is: points SITE");
    for (size_t i = 0; i < place.map->rows_n; i++) {
        const struct point_row *row = &place.map->rows[i];
        buffer_format(call->answer, "%s %.6g %s%s\n", row->key,
                      point_shown(row, place.device, place.noise_key), row->unit,
                      row->write ? " (writable)" : "");
    }
    return ERR_OK;
}

static err run_help(const struct call *call)
{
    command_help(call->answer);
    return ERR_OK;
}

static const struct {
    const char *name, *help;
    err (*run)(const struct call *call);
} commands[] = {
    {"status", "                time, clock, clients, weather, heat", run_status},
    {"time", "                  the plant's time: UTC_MS and in words", run_time},
    {"ports", "                 the TCP port of each controller", run_ports},
    {"catalog", "[TERMINAL]     the import file for the ports in use", run_catalog},
    {"advance", "+SECONDS|UTC   held plant: go on to there, answer when done", run_advance},
    {"run", "                   follow the clock", run_run},
    {"hold", "                  stand still", run_hold},
    {"points", "SITE            all register values of a controller or meter", run_points},
    {"value", "SITE POINT       true value and register value", run_value},
    {"set", "SITE POINT VALUE   what an operator on site may change", run_set},
    {"faults", "                the faults in force", run_faults},
    {"fault", "SITE KIND ...    break something", run_fault},
    {"clear", "[SITE|all]       mend it", run_clear},
    {"help", "                  this list", run_help},
};


void command_help(struct buffer *out)
{
    for (size_t i = 0; i < COUNT(commands); i++)
        buffer_format(out, "  %s %s\n", commands[i].name, commands[i].help);
    buffer_put_text(out, "Sites: Y1, S01..S24, S01-H01..S24-H25.  Faults:\n");
    fault_help(out);
}

/* Words are parted by blanks; what is beyond COMMAND_WORDS_MAX words is left out. */
static unsigned split(char *line, char **words)
{
    unsigned n = 0;
    char *at = line + strspn(line, " \t\r");

    while (*at && n < COMMAND_WORDS_MAX) {
        words[n++] = at;
        at += strcspn(at, " \t\r");
        if (*at) *at++ = 0;
        at += strspn(at, " \t\r");
    }
    return n;
}

void command_run(const struct session *session, const char *line, struct buffer *answer,
                 int64_t *wait_until_s)
{
    char copy[COMMAND_LINE_BYTES];
    char *words[COMMAND_WORDS_MAX];
    size_t at = 0;

    *wait_until_s = 0;
    unsigned words_n = text_copy(copy, sizeof copy, line) ? split(copy, words) : 0;
    while (words_n > 0 && at < COUNT(commands) &&
           strcmp(commands[at].name, words[0]) != 0)
        at++;
    if (words_n == 0 || at == COUNT(commands)) {
        buffer_put_text(answer, "error: unknown command, try: help\n");
        return;
    }
    struct buffer body;
    buffer_open(&body, COMMAND_ANSWER_BYTES_MAX);
    struct call call = {session, words_n - 1, words + 1, &body, wait_until_s};
    err e = commands[at].run(&call);
    if (!e) e = body.broken;
    if (e) {
        buffer_put_text(answer, "error: ");
        buffer_put(answer, buffer_bytes(&body));
        buffer_format(answer, " (%s)\n", err_name(e));
    } else {
        buffer_put(answer, buffer_bytes(&body));
        buffer_put_text(answer, "ok\n");
    }
    buffer_close(&body);
}
