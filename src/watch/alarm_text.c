/* alarm_text.c - one table of words, one builder a class of alarms. */
#include "watch/alarm_text.h"

#include "base/ensure.h"
#include "base/text.h"
#include "watch/alarm_bits.h"

#include <math.h>

enum { NUMBER_BYTES = 64 };

enum { PRIORITY_OUTER = 2, PRIORITY_INNER = 3, PRIORITY_MAX = 4 };

/* `priority` where the template does not say it. */
static const struct {
    const char *word, *word_en; /* behind the name */
    unsigned priority;
} kinds[ALARM_KIND_N] = {
    [ALARM_LOW_LOW] = {"低低", " low-low", PRIORITY_OUTER},
    [ALARM_LOW] = {"低", " low", PRIORITY_INNER},
    [ALARM_HIGH] = {"高", " high", PRIORITY_INNER},
    [ALARM_HIGH_HIGH] = {"高高", " high-high", PRIORITY_OUTER},
    [ALARM_IMPLAUSIBLE] = {"数值不可信", " implausible", 3},
    [ALARM_FROZEN] = {"数值长时间不变", " frozen", 3},
    [ALARM_COMMUNICATION] = {"通信中断", " does not answer", 2},
    [ALARM_TERMINAL] = {"采集终端离线", " is not connected", 1},
    [ALARM_FAULT_BIT] = {"故障", " fault", PRIORITY_OUTER},
};

static const char *english(const char *name_en, const char *name)
{
    return name_en[0] ? name_en : name;
}

/* " 0.120 MPa", or nothing where there is no number. */
static void number_text(const struct template_point *rule, double value,
                        char out[NUMBER_BYTES])
{
    const char *unit = quantity_unit(rule->quantity);
    out[0] = '\0';
    if (isnan(value)) return;
    int decimals = rule->decimals < 9 ? (int)rule->decimals : 9;
    (void)text_format(out, NUMBER_BYTES, " %.*f%s%s", decimals, value, unit[0] ? " " : "",
                      unit);
}

static unsigned template_priority(const struct template_point *rule, enum alarm_kind kind)
{
    bool outer = kind == ALARM_LOW_LOW || kind == ALARM_HIGH_HIGH;
    bool inner = kind == ALARM_LOW || kind == ALARM_HIGH;
    unsigned said = outer ? rule->priority_outer : inner ? rule->priority_inner : 0;
    return said >= 1 && said <= PRIORITY_MAX ? said : kinds[kind].priority;
}

static void point_text(const struct template_point *rule,
                       const struct alarm_change *change, struct alarm_text *text)
{
    char value[NUMBER_BYTES], limit[NUMBER_BYTES];
    number_text(rule, change->value, value);
    number_text(rule, change->limit, limit);
    bool compared = value[0] && limit[0];
    const char *sign = !compared ? "" : change->value < change->limit ? " <" : " >";
    if (!compared) limit[0] = '\0';
    (void)text_format(text->text, sizeof text->text, "%s%s%s%s%s", rule->name,
                      kinds[change->kind].word, value, sign, limit);
    (void)text_format(text->text_en, sizeof text->text_en, "%s%s%s%s%s",
                      english(rule->name_en, rule->name), kinds[change->kind].word_en,
                      value, sign, limit);
    text->priority = template_priority(rule, change->kind);
}

static void bit_text(const struct template_point *rule, const struct alarm_change *change,
                     struct alarm_text *text)
{
    struct alarm_bit bit;
    if (!alarm_bits_find(rule->bits, change->bit, &bit)) {
        (void)text_format(text->text, sizeof text->text, "%s 第%d位", rule->name,
                          change->bit);
        (void)text_format(text->text_en, sizeof text->text_en, "%s bit %d",
                          english(rule->name_en, rule->name), change->bit);
        return;
    }
    (void)text_copy_n(text->text, sizeof text->text, (const char *)bit.text.at,
                      bit.text.n);
    (void)text_copy_n(text->text_en, sizeof text->text_en, (const char *)bit.text_en.at,
                      bit.text_en.n);
    text->priority = bit.priority;
}

static void named_text(const char *name, const char *name_en, enum alarm_kind kind,
                       struct alarm_text *text)
{
    (void)text_format(text->text, sizeof text->text, "%s%s", name, kinds[kind].word);
    (void)text_format(text->text_en, sizeof text->text_en, "%s%s", english(name_en, name),
                      kinds[kind].word_en);
}

static void terminal_text(const struct catalog *catalog, uint32_t id,
                          struct alarm_text *text)
{
    const struct terminal *terminal = catalog_terminal(catalog, id);
    const char *code = terminal ? terminal->code : "?";
    const char *name = terminal && terminal->name[0] ? terminal->name : code;
    (void)text_format(text->text, sizeof text->text, "采集终端 %s 离线", name);
    (void)text_format(text->text_en, sizeof text->text_en, "Terminal %s is not connected",
                      name);
    (void)text_format(text->search, sizeof text->search, "%s %s", code, name);
}

/* A silent household meter waits for the day shift; a silent station does not. */
static bool is_minor(const struct site *site, enum alarm_kind kind)
{
    return kind == ALARM_COMMUNICATION && site && site->kind == SITE_HOUSEHOLD;
}

static void place(const struct catalog *catalog, const struct device *device,
                  enum alarm_kind kind, struct alarm_text *text)
{
    const struct site *site = catalog_site(catalog, device->site);
    text->site = device->site;
    if (is_minor(site, kind)) text->priority = PRIORITY_INNER;
    (void)text_format(text->search, sizeof text->search, "%s %s %s %s %s %s",
                      site ? site->name : "", site ? site->name_en : "",
                      site ? site->code : "", device->name, device->name_en,
                      device->code);
}

void alarm_text_make(const struct catalog *catalog, const struct alarm_change *change,
                     struct alarm_text *text)
{
    ensure(catalog != NULL);
    ensure(change != NULL);
    ensure(text != NULL);

    *text = (struct alarm_text){.priority = kinds[change->kind].priority};
    const struct point *point = catalog_point(catalog, change->point);
    const struct device *device =
        catalog_device(catalog, point ? point->device : change->device);
    if (device) place(catalog, device, change->kind, text);

    if (change->kind == ALARM_TERMINAL)
        terminal_text(catalog, change->terminal, text);
    else if (!point)
        named_text(device ? device->name : "?", device ? device->name_en : "",
                   change->kind, text);
    else if (change->kind == ALARM_FAULT_BIT)
        bit_text(catalog_point_template(catalog, point), change, text);
    else
        point_text(catalog_point_template(catalog, point), change, text);
}
