/* mqtt_address.c - see mqtt_address.h. */
#include "wire/mqtt_address.h"

#include "base/ensure.h"
#include "base/text.h"
#include "wire/payload_point.h"

#include <ctype.h>
#include <string.h>

enum { PORT_PLAIN = 1883, PORT_TLS = 8883, EUI_DIGITS = 16 };

static err wrong(char *why, size_t why_n, const char *text)
{
    if (why_n) (void)text_copy(why, why_n, text);
    return ERR_RANGE;
}

static bool take_port(const char **at, uint16_t *port)
{
    size_t n = strspn(*at, "0123456789");
    char digits[8];
    uint32_t number;

    if (!text_copy_n(digits, sizeof digits, *at, n) || text_to_u32(digits, &number))
        return false;
    if (number < 1 || number > UINT16_MAX) return false;
    *port = (uint16_t)number;
    *at += n;
    return true;
}

static bool take_host(const char **at, struct mqtt_address *a)
{
    const char *host = *at;
    bool bracket = *host == '[';
    size_t n = bracket ? strcspn(host, "]") : strcspn(host, ":/;");

    if (bracket && host[n] != ']') return false;
    *at += n + bracket;
    if (!text_copy_n(a->host, sizeof a->host, host + bracket, n - bracket)) return false;
    if (!a->host[0]) return false;
    a->port = a->is_tls ? PORT_TLS : PORT_PLAIN;
    if (**at != ':') return true;
    (*at)++;
    return take_port(at, &a->port);
}

/* A name of a file in one folder and of nothing else. */
static bool is_login(const char *name)
{
    if (!name[0] || name[0] == '.') return false;
    for (; *name; name++)
        if (!isalnum((unsigned char)*name) && !strchr("-_.", *name)) return false;
    return true;
}

static bool take_options(const char *at, struct mqtt_address *a)
{
    while (*at == ';') {
        size_t n = strcspn(++at, ";");
        bool is_login_word = strncmp(at, "login=", 6) == 0;
        bool is_time = strncmp(at, "time=", 5) == 0;
        if (is_login_word && !text_copy_n(a->login, sizeof a->login, at + 6, n - 6))
            return false;
        if (is_time && !text_copy_n(a->time, sizeof a->time, at + 5, n - 5)) return false;
        if (is_login_word ? !is_login(a->login) : !is_time || a->time[0] != '/')
            return false;
        at += n;
    }
    return *at == 0 && (!a->time[0] || a->mode == MQTT_JSON);
}

/* A filter as MQTT has it: + and # only as whole levels, # only as the last. */
static bool is_filter(const char *filter)
{
    for (const char *c = filter; *c; c++) {
        if (*c != '+' && *c != '#') continue;
        bool begins = c == filter || c[-1] == '/';
        bool ends = c[1] == 0 || (*c == '+' && c[1] == '/');
        if (!begins || !ends) return false;
    }
    return filter[0] != 0;
}

static bool is_levels(const char *what, unsigned least, unsigned most)
{
    unsigned n = 1;

    for (const char *c = what; *c; c++) {
        bool empty = *c == '/' && (c == what || c[1] == '/' || c[1] == 0);
        if (empty || *c == '+' || *c == '#') return false;
        n += *c == '/';
    }
    return what[0] && n >= least && n <= most;
}

static bool is_eui(const char *text)
{
    size_t n = 0;

    while (isxdigit((unsigned char)text[n])) n++;
    return n == EUI_DIGITS && !text[n];
}

static err check_what(const struct mqtt_address *a, char *why, size_t why_n)
{
    switch (a->mode) {
    case MQTT_JSON:
    case MQTT_NEURON:
        return is_filter(a->what)
                   ? ERR_OK
                   : wrong(why, why_n, "a topic is needed: mqtt:HOST/json/hall/1/+");
    case MQTT_SPARKPLUG:
        return is_levels(a->what, 2, 3)
                   ? ERR_OK
                   : wrong(why, why_n, "written: mqtt:HOST/sparkplug/GROUP/EDGE/DEVICE");
    case MQTT_CHIRPSTACK:
        return is_eui(a->what)
                   ? ERR_OK
                   : wrong(why, why_n, "16 hex digits: mqtt:HOST/chirpstack/DEVEUI");
    case MQTT_MODE_N: return ERR_OK;
    }
    return ERR_RANGE;
}

static bool take_mode(const char **at, struct mqtt_address *a)
{
    static const char *const words[] = {"/json/", "/sparkplug/", "/chirpstack/",
                                        "/neuron/"};

    a->mode = MQTT_MODE_N;
    if (**at != '/') return true;
    for (unsigned i = 0; i < COUNT(words); i++) {
        if (!text_starts(*at, words[i])) continue;
        *at += strlen(words[i]);
        a->mode = i;
        size_t n = strcspn(*at, ";");
        if (!text_copy_n(a->what, sizeof a->what, *at, n)) return false;
        *at += n;
        return true;
    }
    return false;
}

err mqtt_address_parse(const char *text, struct mqtt_address *address, char *why,
                       size_t why_n)
{
    ensure(text && address);

    struct mqtt_address a = {.is_tls = text_starts(text, "mqtts:")};
    const char *at = text + (a.is_tls ? 6 : 5);

    if (!a.is_tls && !text_starts(text, "mqtt:"))
        return wrong(why, why_n, "it begins with mqtt: or mqtts:");
    if (!take_host(&at, &a))
        return wrong(why, why_n, "a host is needed: mqtt:HOST:1883/json/TOPIC");
    if (!take_mode(&at, &a))
        return wrong(why, why_n, "behind the host: /json /sparkplug /chirpstack /neuron");
    if (!take_options(at, &a))
        return wrong(why, why_n,
                     "options are ;login=NAME and, with json, ;time=/POINTER");
    err e = check_what(&a, why, why_n);
    if (!e) *address = a;
    return e;
}

err mqtt_address_check(const char *protocol, const char *what, const char *address,
                       char *why, size_t why_n)
{
    struct mqtt_address a;
    struct payload_point data;

    if (!text_equal(protocol, "mqtt")) return ERR_UNKNOWN;
    if (text_equal(what, "point"))
        return text_starts(address, "data ")
                   ? payload_point_parse(address, &data, why, why_n)
                   : ERR_OK;
    err e = mqtt_address_parse(address, &a, why, why_n);
    if (e || a.mode != MQTT_MODE_N) return e;
    return wrong(why, why_n, "behind the host: /json /sparkplug /chirpstack /neuron");
}
