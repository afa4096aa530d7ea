/* line.c - the kinds of lines, and what they have in common. */
#include "link/line.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "link/line_kind.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

enum { DISCARD_BYTES_MAX = 65536 };

/* --- tcp ------------------------------------------------------------------------- */

static const char *tcp_parse(struct line *line, const char *rest)
{
    bool bracket = rest[0] == '[';
    const char *start = bracket ? rest + 1 : rest;
    size_t n = strcspn(start, bracket ? "]" : ":");
    const char *at = start + n + (bracket && start[n] ? 1 : 0);
    uint32_t port = 0;

    if (n == 0 || !text_copy_n(line->host, sizeof line->host, start, n) ||
        strspn(line->host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                           "0123456789.-_:%") != n)
        return "the host is missing or has a wrong character";
    if (*at != ':' || text_to_u32(at + 1, &port) || port < 1 || port > UINT16_MAX)
        return "the port is a number from 1 to 65535";
    line->port = (uint16_t)port;
    return NULL;
}

static bool tcp_is_open(const struct line *line)
{
    return line->tcp.handle >= 0;
}

static err tcp_start(struct line *line, int64_t deadline_ms)
{
    int64_t left = deadline_ms - clock_mono_ms(&line->tcp.clock);
    if (left <= 0) return ERR_TIMEOUT;
    return tcp_connect(&line->tcp, line->host, line->port, left);
}

/* A peer that talks without end is not a bus: it counts as gone. */
static err tcp_discard(struct line *line)
{
    uint8_t bytes[512];
    size_t all = 0;

    while (all < DISCARD_BYTES_MAX) {
        ssize_t n = recv(line->tcp.handle, bytes, sizeof bytes, MSG_DONTWAIT);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? ERR_OK : ERR_CLOSED;
        if (n == 0) return ERR_CLOSED;
        all += (size_t)n;
    }
    return ERR_CLOSED;
}

static err tcp_put(struct line *line, struct bytes bytes, int64_t deadline_ms)
{
    return tcp_send(&line->tcp, bytes, deadline_ms);
}

static err tcp_get(struct line *line, uint8_t *out, size_t n, int64_t deadline_ms,
                   size_t *got)
{
    return tcp_receive(&line->tcp, out, n, deadline_ms, got);
}

static void tcp_hang_up(struct line *line)
{
    tcp_close(&line->tcp);
}

/* --- serial ---------------------------------------------------------------------- */

static const char *port_parse(struct line *line, const char *rest)
{
    struct serial_settings settings;

    const char *fault = serial_parse(rest, &settings);
    if (!fault) serial_open(&line->serial, &settings);
    return fault;
}

static bool port_is_open(const struct line *line)
{
    return line->serial.handle >= 0;
}

static err port_connect(struct line *line, int64_t deadline_ms)
{
    (void)deadline_ms;
    return serial_connect(&line->serial);
}

static err port_discard(struct line *line)
{
    serial_discard(&line->serial);
    return ERR_OK;
}

static err port_put(struct line *line, struct bytes bytes, int64_t deadline_ms)
{
    return serial_send(&line->serial, bytes, deadline_ms);
}

static err port_get(struct line *line, uint8_t *out, size_t n, int64_t deadline_ms,
                    size_t *got)
{
    return serial_receive(&line->serial, out, n, deadline_ms, got);
}

static void port_hang_up(struct line *line)
{
    serial_close(&line->serial);
}

/* --- modem ----------------------------------------------------------------------- */

static const char *modem_parse(struct line *line, const char *rest)
{
    if (!modem_name_is_good(rest))
        return "a modem's name is 1 to 47 letters, digits, '-', '_', '.'";
    (void)text_copy(line->host, sizeof line->host, rest);
    return NULL;
}

static bool modem_is_open(const struct line *line)
{
    return line->modems != NULL;
}

static err modem_connect(struct line *line, int64_t deadline_ms)
{
    (void)line;
    (void)deadline_ms;
    return ERR_REFUSED;
}

static err modem_forget(struct line *line)
{
    return modems_discard(line->modems, line->host);
}

static err modem_put(struct line *line, struct bytes bytes, int64_t deadline_ms)
{
    return modems_send(line->modems, line->host, bytes, deadline_ms);
}

static err modem_get(struct line *line, uint8_t *out, size_t n, int64_t deadline_ms,
                     size_t *got)
{
    return modems_receive(line->modems, line->host, (struct modem_room){out, n},
                          deadline_ms, got);
}

static void modem_hang_up(struct line *line)
{
    err none = line->modems ? modems_discard(line->modems, line->host) : ERR_OK;
    (void)none; /* not here: nothing to forget */
}

/* --- the table ------------------------------------------------------------------- */

static const struct line_kind kinds[] = {
    {"tcp:", "tcp:HOST:PORT, e.g. tcp:192.168.1.7:4001", tcp_parse, tcp_is_open,
     tcp_start, tcp_discard, tcp_put, tcp_get, false, tcp_hang_up},
    {"serial:", "serial:PATH:SPEED:MODE, e.g. serial:/dev/ttyUSB0:2400:8E1", port_parse,
     port_is_open, port_connect, port_discard, port_put, port_get, true, port_hang_up},
    {"modem:", "modem:NAME, e.g. modem:13800001111", modem_parse, modem_is_open,
     modem_connect, modem_forget, modem_put, modem_get, true, modem_hang_up},
};

static err wrong(char *why, size_t why_n, const char *what, const char *form)
{
    if (why && why_n) (void)text_format(why, why_n, "%s; the form is %s", what, form);
    return ERR_RANGE;
}

static err parse(struct line *line, const char *name, char *why, size_t why_n)
{
    if (!text_copy(line->name, sizeof line->name, name))
        return wrong(why, why_n, "the line's name is too long", kinds[0].form);
    for (size_t i = 0; i < COUNT(kinds); i++) {
        if (!text_starts(name, kinds[i].prefix)) continue;
        const char *fault = kinds[i].parse(line, name + strlen(kinds[i].prefix));
        if (fault) return wrong(why, why_n, fault, kinds[i].form);
        line->kind = &kinds[i];
        return ERR_OK;
    }
    return wrong(why, why_n, "the line is not known",
                 "tcp:HOST:PORT, serial:PATH:SPEED:MODE or modem:NAME");
}

err line_check(const char *name, char *why, size_t why_n)
{
    ensure(name);
    struct line line = {0};
    return parse(&line, name, why, why_n);
}

err line_split(const char *address, char name[LINE_NAME_BYTES], const char **rest)
{
    ensure(address && name && rest);

    size_t n = strcspn(address, ";");
    while (n > 0 && address[n - 1] != '/') n--;
    if (n < 2 || n > LINE_NAME_BYTES) return ERR_RANGE;
    (void)text_copy_n(name, LINE_NAME_BYTES, address, n - 1);
    *rest = address + n;
    return ERR_OK;
}

/* --- life ------------------------------------------------------------------------ */

err line_open(const char *name, struct line **line)
{
    ensure(name && line);

    struct line *l = memory_new(1, sizeof *l);
    if (!l) return ERR_MEMORY;
    tcp_open(&l->tcp);
    err e = parse(l, name, NULL, 0);
    if (e) {
        memory_free(l);
        return e;
    }
    lock_open(&l->lock);
    *line = l;
    return ERR_OK;
}

err line_adopt(const char *name, int handle, struct line **line)
{
    err e = line_open(name, line);
    if (!e) tcp_adopt(&(*line)->tcp, handle, 1000);
    return e;
}

void line_close(struct line *l)
{
    if (!l) return;
    l->kind->hang_up(l);
    line_record_close(&l->record);
    lock_close(&l->lock);
    memory_free(l);
}

void line_use_modems(struct line *l, struct modems *modems)
{
    ensure(l);
    l->modems = modems;
}

void line_tagged(struct line *l)
{
    ensure(l);
    l->tagged = true;
}

void line_hang_up(struct line *l)
{
    ensure(l);
    l->kind->hang_up(l);
}

static bool is_serial(const struct line *l)
{
    return l->kind->parse == port_parse;
}

err line_speed(struct line *l, uint32_t bits_s)
{
    ensure(l);
    return is_serial(l) ? serial_speed(&l->serial, bits_s) : ERR_STATE;
}

uint32_t line_byte_us(const struct line *l)
{
    ensure(l);
    return is_serial(l) ? serial_byte_us(&l->serial.settings) : 0;
}

int64_t line_deadline(const struct line *l, int64_t timeout_ms)
{
    return tcp_deadline(&l->tcp, timeout_ms);
}

/* --- bytes ----------------------------------------------------------------------- */

static void note(struct line *l, bool sent, struct bytes bytes)
{
    lock_take(&l->lock);
    if (sent)
        l->counts.sent_bytes += bytes.n;
    else
        l->counts.received_bytes += bytes.n;
    line_record_put(&l->record, sent, clock_utc_ms(&l->tcp.clock), bytes);
    lock_give(&l->lock);
}

/* Open and with nothing left over from before. */
static err make_ready(struct line *l, int64_t deadline_ms)
{
    if (l->kind->is_open(l) && (l->tagged || !l->kind->discard(l))) return ERR_OK;
    if (l->kind->is_open(l) && l->kind->stays) return ERR_REFUSED;
    l->kind->hang_up(l);
    err e = l->kind->connect(l, deadline_ms);
    if (e) return e;
    lock_take(&l->lock);
    l->counts.connects++;
    lock_give(&l->lock);
    return ERR_OK;
}

err line_send(struct line *l, struct bytes bytes, int64_t deadline_ms)
{
    ensure(l && bytes.n > 0);

    err e = make_ready(l, deadline_ms);
    if (e) return e;
    e = l->kind->send(l, bytes, deadline_ms);
    if (e)
        l->kind->hang_up(l);
    else
        note(l, true, bytes);
    return e;
}

err line_receive(struct line *l, uint8_t *out, size_t n, int64_t deadline_ms, size_t *got)
{
    ensure(l && out && n > 0 && got);

    if (!l->kind->is_open(l)) return ERR_CLOSED;
    err e = l->kind->receive(l, out, n, deadline_ms, got);
    if (!e)
        note(l, false, (struct bytes){out, *got});
    else if (e != ERR_TIMEOUT || !l->kind->stays)
        l->kind->hang_up(l);
    return e;
}

/* --- what went over it ----------------------------------------------------------- */

const char *line_name(const struct line *l)
{
    return l->name;
}

void line_counts(struct line *l, struct line_counts *counts)
{
    ensure(l && counts);
    lock_take(&l->lock);
    *counts = l->counts;
    lock_give(&l->lock);
}

void line_telegrams(struct line *l, uint64_t after,
                    void (*each)(void *context, const struct line_telegram *telegram),
                    void *context)
{
    ensure(l && each);
    lock_take(&l->lock);
    line_record_each(&l->record, after, each, context);
    lock_give(&l->lock);
}
