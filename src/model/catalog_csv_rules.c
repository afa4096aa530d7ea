/* catalog_csv_rules.c - what has to fit between the cells of a row, and between rows. */
#include "base/ensure.h"
#include "base/text.h"
#include "model/block.h"
#include "model/catalog_csv_internal.h"
#include "model/catalog_internal.h"

#include <limits.h>
#include <math.h>
#include <string.h>

enum { SITE_DEPTH_MAX = 64, BITS_N = 32 };

/* --- words of bits and states ----------------------------------------------------- */

/* "Chinese" or "Chinese|English", not empty. */
static bool words_are_good(const char *words, size_t n)
{
    const char *bar = memchr(words, '|', n);
    if (n == 0 || words[0] == '|') return false;
    if (bar == NULL) return true;
    size_t english_n = n - (size_t)(bar + 1 - words);
    return english_n > 0 && memchr(bar + 1, '|', english_n) == NULL;
}

/* "bit:priority:words" */
static const char *bit_fault(const char *entry, size_t n, uint32_t *used)
{
    static const char *const form = "write bit:priority:Chinese|English;..., "
                                    "for example 0:1:循环泵故障|Circulation pump fault";
    size_t at = 0;
    unsigned bit = 0;
    for (; at < n && at < 2 && entry[at] >= '0' && entry[at] <= '9'; at++)
        bit = bit * 10 + (unsigned)(entry[at] - '0');
    if (at == 0 || at + 3 > n || entry[at] != ':' || entry[at + 2] != ':') return form;
    if (bit >= BITS_N) return "a bit's number is 0 to 31";
    if (entry[at + 1] < '1' || entry[at + 1] > '4') return "a bit's priority is 1 to 4";
    if (!words_are_good(entry + at + 3, n - at - 3)) return form;
    if (*used >> bit & 1) return "a bit is named twice";
    *used |= UINT32_C(1) << bit;
    return NULL;
}

const char *rules_bits_fault(enum quantity quantity, const char *bits)
{
    uint32_t used = 0;
    if (bits[0] == '\0') return NULL;
    if (quantity != QUANTITY_BITS && quantity != QUANTITY_STATE)
        return "only the quantities bits and state have words; leave the cell empty";
    for (const char *entry = bits;;) {
        const char *end = strchr(entry, ';');
        size_t n = end != NULL ? (size_t)(end - entry) : strlen(entry);
        const char *fault = NULL;
        if (quantity == QUANTITY_BITS)
            fault = bit_fault(entry, n, &used);
        else if (!words_are_good(entry, n))
            fault = "write the words for 0, 1, ... as Chinese|English;..., "
                    "for example 停止|stopped;运行|running";
        if (fault != NULL) return fault;
        if (end == NULL || end[1] == '\0') return NULL;
        entry = end + 1;
    }
}

/* --- a point's row ---------------------------------------------------------------- */

/* bar * 0.1 is not always the nearest MPa, bar / 10 is. */
static double converted(double value, double factor)
{
    double divisor = rint(1 / factor);
    bool divides = factor < 1 && fabs(divisor * factor - 1) < 1e-15;
    return divides ? value / divisor : value * factor;
}

static void convert_row(struct template_point *point, const bool *given, double factor)
{
    const struct row_table *table = &row_tables[ROW_POINT];
    for (size_t i = 0; i < table->columns_n; i++) {
        const struct csv_column *column = &table->columns[i];
        double *number = (double *)(void *)((char *)point + column->offset);
        bool is_factor = column->offset == offsetof(struct template_point, factor);
        if (!column->in_unit || (!given[i] && !is_factor)) continue;
        *number = converted(*number, factor);
    }
}

static bool has_factor(const bool *given)
{
    const struct row_table *table = &row_tables[ROW_POINT];
    for (size_t i = 0; i < table->columns_n; i++)
        if (given[i] &&
            table->columns[i].offset == offsetof(struct template_point, factor))
            return true;
    return false;
}

/* Limits must rise; the first pair that does not is told. */
static void check_limits(struct import *import, const struct template_point *p)
{
    const struct {
        const char *name;
        double value;
    } rising[] = {
        {"range_low",  p->range_low },
        {"low_low",    p->low_low   },
        {"low",        p->low       },
        {"high",       p->high      },
        {"high_high",  p->high_high },
        {"range_high", p->range_high}
    };

    size_t before = COUNT(rising);
    for (size_t i = 0; i < COUNT(rising); i++) {
        if (isnan(rising[i].value)) continue;
        if (before < COUNT(rising) && rising[i].value < rising[before].value) {
            import_report(import, import->row.line, rising[i].name,
                          "%s (%.10g %s) is below %s (%.10g)", rising[i].name,
                          rising[i].value, quantity_unit(p->quantity),
                          rising[before].name, rising[before].value);
            return;
        }
        before = i;
    }
}

void rules_point_row(struct import *import, struct template_point *point,
                     const struct template_point *old, const bool *given,
                     const char *unit)
{
    size_t line = import->row.line;
    double factor = 1;
    if (old != NULL && old->quantity != point->quantity) {
        import_report(import, line, "quantity",
                      "the point has a history as %s; make a new point with another key",
                      quantity_word(old->quantity));
        return;
    }
    if (unit[0] != '\0' && quantity_factor(point->quantity, unit, &factor)) {
        const char *own = quantity_unit(point->quantity);
        import_report(import, line, "unit", "\"%s\" is no unit of %s; write %s%s", unit,
                      quantity_word(point->quantity), own[0] ? own : "nothing",
                      own[0] ? " or one that converts to it" : "");
        return;
    }
    /* A factor that the table has no column for is already in the point's own unit. */
    if (factor != 1 && (old == NULL || has_factor(given))) {
        convert_row(point, given, factor);
    } else if (factor != 1) {
        double kept = point->factor;
        convert_row(point, given, factor);
        point->factor = kept;
    }
    if (point->decimals == UINT_MAX) point->decimals = quantity_decimals(point->quantity);
    if (point->factor == 0)
        import_report(import, line, "factor",
                      "a factor of 0 would make every value the same");
    const char *fault = rules_bits_fault(point->quantity, point->bits);
    if (fault != NULL) import_report(import, line, "bits", "%s", fault);
    check_limits(import, point);
}

/* --- between rows ----------------------------------------------------------------- */

static const void *thing_of_id(const struct import *import, enum row_kind kind,
                               uint32_t id)
{
    const struct things *things = &import->things[kind];
    return catalog_find_id(things->items, things->n, row_tables[kind].item_bytes, id);
}

static uint32_t line_of_id(const struct import *import, enum row_kind kind, uint32_t id)
{
    const struct things *things = &import->things[kind];
    const char *found = thing_of_id(import, kind, id);
    size_t position = (size_t)(found - things->items) / row_tables[kind].item_bytes;
    return things->lines[position];
}

static bool may_nest(enum site_kind kind)
{
    return kind == SITE_COMPANY || kind == SITE_DISTRICT || kind == SITE_BRANCH;
}

/* The row of the site, or else of the parent that was changed over it. */
static void check_site(struct import *import, const struct site *site)
{
    const struct site *at = site;
    for (int depth = 0; at->parent != 0; depth++) {
        const struct site *parent = thing_of_id(import, ROW_SITE, at->parent);
        uint32_t line = line_of_id(import, ROW_SITE, site->id);
        if (line == 0) line = line_of_id(import, ROW_SITE, at->parent);
        bool fits =
            parent->kind < at->kind || (parent->kind == at->kind && may_nest(at->kind));
        if (!fits && at == site)
            import_report(import, line, "parent", "a %s (%s) cannot belong to a %s (%s)",
                          site_kind_word(at->kind), at->code,
                          site_kind_word(parent->kind), parent->code);
        if (!fits || parent->kind < at->kind)
            return; /* the rest at the parent's own turn */
        if (depth > SITE_DEPTH_MAX) {
            import_report(import, line, "parent",
                          "the parents of %s lead round in a circle", site->code);
            return;
        }
        at = parent;
    }
}

static void check_address(struct import *import, const struct template *template,
                          const char *what, const char *address, uint32_t line)
{
    char why[DIAG_TEXT_BYTES] = "";
    if (import->check == NULL) return;
    err e = import->check(template->protocol, what, address, why, sizeof why);
    if (!e) return;
    import_report(import, line, "address", "\"%s\": %s", address,
                  why[0] != '\0' ? why : err_text(e));
}

static void check_device(struct import *import, const struct device *device,
                         uint32_t line)
{
    const struct template *template =
        thing_of_id(import, ROW_TEMPLATE, device->template_id);
    uint32_t template_line = line_of_id(import, ROW_TEMPLATE, device->template_id);
    if (line == 0 && template_line == 0) return;
    if (line == 0) line = template_line;
    if (device->address[0] != '\0')
        check_address(import, template, "device", device->address, line);
    else if (device->terminal != 0)
        import_report(import, line, "address",
                      "a device that a terminal collects needs one");
}

struct rule_place {
    const struct import *import;
    uint32_t template_id;
};

static bool find_key(const void *context, const char *key, uint32_t *place)
{
    const struct rule_place *at = context;
    *place = things_find(at->import, ROW_POINT, at->template_id, key);
    return *place != INDEX_NONE;
}

static void check_correlation(struct import *import, const struct template_point *point,
                              uint32_t line)
{
    struct rule_place at = {import, point->template_id};
    struct correlation_rules rules;
    char why[CORRELATION_WHY_BYTES];
    if (correlation_parse(point->rules, find_key, &at, &rules, why))
        import_report(import, line, "rules", "%s", why);
}

static void check_point(struct import *import, const struct template_point *point,
                        uint32_t line)
{
    const struct template *template =
        thing_of_id(import, ROW_TEMPLATE, point->template_id);
    uint32_t template_line = line_of_id(import, ROW_TEMPLATE, point->template_id);
    if (line == 0 && template_line == 0) return;
    if (line == 0) line = template_line;
    check_address(import, template, "point", point->address, line);
    check_correlation(import, point, line);
}

void rules_whole(struct import *import)
{
    for (size_t i = 0; i < import->things[ROW_SITE].n; i++)
        check_site(import, things_at(import, ROW_SITE, i));
    for (size_t i = 0; i < import->things[ROW_PIPE].n; i++) {
        const struct pipe *pipe = things_at(import, ROW_PIPE, i);
        if (pipe->from == pipe->to)
            import_report(import, import->things[ROW_PIPE].lines[i], "to",
                          "the pipe %s ends where it begins", pipe->code);
    }
    for (size_t i = 0; i < import->things[ROW_POINT].n; i++)
        check_point(import, things_at(import, ROW_POINT, i),
                    import->things[ROW_POINT].lines[i]);
    for (size_t i = 0; i < import->things[ROW_DEVICE].n; i++)
        check_device(import, things_at(import, ROW_DEVICE, i),
                     import->things[ROW_DEVICE].lines[i]);
}
