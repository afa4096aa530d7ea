/* outside_make.c - unknown series become devices and points: by an import of the catalog
 * like anybody's, so that they are what all others are.
 *
 * A measurement is a template, its fields the template's points; a set of tags is a
 * device under the site OUTSIDE. */
#include "base/diag.h"
#include "base/ensure.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/catalog_csv.h"
#include "serve/catalog_change.h"
#include "serve/outside_state.h"
#include "serve/server.h"
#include "vault/token.h"

#include <string.h>

enum { CSV_BYTES_MAX = 64 << 20, CYCLE_S = 60, HASH_SHOWN_BYTES = 8 };

/* --- codes -------------------------------------------------------------------------- */

static void code_of(struct buffer *text, char out[OUTSIDE_CODE_BYTES])
{
    uint8_t hash[32];
    sha256(buffer_bytes(text), hash);
    text_copy(out, OUTSIDE_CODE_BYTES, OUTSIDE_CODE_STARTS);
    bytes_to_hex((struct bytes){hash, HASH_SHOWN_BYTES}, out + strlen(out));
}

void outside_template_code(const char *measurement, char out[OUTSIDE_CODE_BYTES])
{
    struct buffer text;
    buffer_open(&text, 1 << 20);
    buffer_put_text(&text, measurement);
    code_of(&text, out);
    buffer_close(&text);
}

void outside_device_code(const struct outside_sample *sample,
                         char out[OUTSIDE_CODE_BYTES])
{
    struct buffer text;
    buffer_open(&text, 1 << 20);
    buffer_put_text(&text, sample->measurement);
    for (size_t i = 0; i < 2 * sample->tags.n; i++) {
        const struct label *label = &sample->tags.at[i / 2];
        buffer_put_u8(&text, 0);
        buffer_put_text(&text, i % 2 ? label->value : label->name);
    }
    code_of(&text, out);
    buffer_close(&text);
}

void outside_key(const char *field, char out[CATALOG_CODE_BYTES])
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    size_t n = strlen(field);
    if (n < CATALOG_CODE_BYTES && strspn(field, allowed) == n) {
        text_copy(out, CATALOG_CODE_BYTES, field);
        return;
    }
    outside_template_code(field, out);
}

/* --- the import file ---------------------------------------------------------------- */

static void put_cell(struct buffer *csv, const char *text)
{
    char shown[CATALOG_NAME_BYTES];
    text_copy(shown, sizeof shown, text);
    buffer_put_text(csv, ",\"");
    for (const char *c = shown; *c; c++) {
        if (*c == '"') buffer_put_u8(csv, '"');
        buffer_put_u8(csv, (unsigned char)*c < ' ' || *c == 0x7f ? ' ' : (uint8_t)*c);
    }
    buffer_put_u8(csv, '"');
}

static bool is_new(const struct outside_sample *sample)
{
    return !sample->point && !sample->why && sample->type != LINE_STRING;
}

static void put_site(struct buffer *csv)
{
    buffer_put_text(csv, "kind,code,name,name_en,type\n"
                         "site,OUTSIDE,外部数据,Outside data,district\n");
}

static void put_template(struct buffer *csv, const struct outside_sample *sample)
{
    char code[OUTSIDE_CODE_BYTES];
    outside_template_code(sample->measurement, code);
    buffer_format(csv, "template,%s", code);
    put_cell(csv, sample->measurement);
    buffer_put_text(csv, ",outside,meter\n");
}

static void put_point(struct buffer *csv, const struct outside_sample *sample)
{
    char code[OUTSIDE_CODE_BYTES], key[CATALOG_CODE_BYTES];
    outside_template_code(sample->measurement, code);
    outside_key(sample->field, key);
    buffer_format(csv, "point,%s,%s", code, key);
    put_cell(csv, sample->field);
    buffer_format(csv, ",%s,-,%d\n", sample->type == LINE_BOOLEAN ? "state" : "number",
                  sample->type == LINE_FLOAT ? 3 : 0);
}

static void put_device(struct buffer *csv, const struct outside_sample *sample)
{
    char code[OUTSIDE_CODE_BYTES], template[OUTSIDE_CODE_BYTES],
        name[4 * CATALOG_NAME_BYTES];
    size_t n = 0;
    outside_device_code(sample, code);
    outside_template_code(sample->measurement, template);
    text_copy(name, sizeof name, sample->measurement);
    for (size_t i = 0; i < sample->tags.n; i++) {
        n = strlen(name);
        text_format(name + n, sizeof name - n, " %s=%s", sample->tags.at[i].name,
                    sample->tags.at[i].value);
    }
    buffer_format(csv, "device,%s", code);
    put_cell(csv, name);
    buffer_format(csv, ",OUTSIDE,%s,%d\n", template, CYCLE_S);
}

/* Each thing once: `once` remembers codes. */
static bool first_time(struct labels_map *once, const char *kind, const char *code,
                       struct arena *arena)
{
    struct label *label = arena_new(arena, 1, sizeof *label);
    const char *copy = arena_text(arena, code, strlen(code));
    if (!label || !copy) return false;
    *label = (struct label){kind, copy};
    size_t known = once->n;
    return labels_map_put(once, (struct labels){1, label}) == known;
}

typedef void (*put_row)(struct buffer *csv, const struct outside_sample *sample);

static void code_for(const char *kind, const struct outside_sample *sample,
                     char out[2 * CATALOG_CODE_BYTES])
{
    char template[OUTSIDE_CODE_BYTES], key[CATALOG_CODE_BYTES];
    if (kind[0] == 'd') {
        outside_device_code(sample, out);
        return;
    }
    outside_template_code(sample->measurement, template);
    outside_key(sample->field, key);
    text_format(out, 2 * CATALOG_CODE_BYTES, "%s.%s", template,
                kind[0] == 'p' ? key : "");
}

static err write_csv(const struct outside_batch *batch, struct buffer *csv)
{
    static const struct {
        const char *kind, *head;
        put_row put;
    } tables[] = {
        {"template", "kind,code,name,protocol,picture\n", put_template},
        {"point", "kind,template,key,name,quantity,address,decimals\n", put_point},
        {"device", "kind,code,name,site,template,cycle_s\n", put_device},
    };
    struct labels_map once;
    err e = labels_map_open(&once, batch->arena, 3 * batch->n);
    if (e) return e;
    put_site(csv);
    for (size_t t = 0; t < COUNT(tables); t++) {
        buffer_put_text(csv, tables[t].head);
        for (size_t i = 0; i < batch->n; i++) {
            const struct outside_sample *sample = &batch->samples[i];
            char code[2 * CATALOG_CODE_BYTES];
            if (!is_new(sample)) continue;
            code_for(tables[t].kind, sample, code);
            if (first_time(&once, tables[t].kind, code, batch->arena))
                tables[t].put(csv, sample);
        }
    }
    return csv->broken;
}

static err import(struct server *server, struct bytes csv)
{
    struct diag *diag = memory_new(1, sizeof *diag);
    if (!diag) return ERR_MEMORY;
    struct catalog *now = server_catalog(server), *next = NULL;
    struct catalog_change_counts counts = {0};
    err e = catalog_csv_read(csv, now, NULL, &next, &counts, diag);
    if (e)
        log_event(LOG_ERROR, "serve", "outside_import", "error=%s line=%u text=\"%s\"",
                  err_name(e), diag->n ? (unsigned)diag->at[0].line : 0,
                  diag->n ? diag->at[0].text : "");
    if (!e && next->version != now->version) e = catalog_change_store(server, now, next);
    if (!e)
        log_event(LOG_INFO, "serve", "outside_made", "devices=%zu points=%zu",
                  counts.devices.created, counts.points.created);
    catalog_release(next);
    catalog_release(now);
    memory_free(diag);
    return e;
}

/* --- into the book ------------------------------------------------------------------ */

static err enter_type(const struct outside_batch *batch, struct database *database,
                      const struct outside_sample *sample)
{
    struct outside *outside = batch->server->outside;
    struct label at[2];
    struct labels key = outside_type_key(batch, sample, at);
    if (!sample->typed) return ERR_OK;
    lock_take(&outside->lock);
    err e = label_book_find(&outside->types, key)
                ? ERR_OK
                : label_book_add(&outside->types, database, key, sample->type);
    lock_give(&outside->lock);
    return e;
}

static err enter_one(const struct outside_batch *batch, struct database *database,
                     const struct catalog *catalog, const struct outside_sample *sample)
{
    struct outside *outside = batch->server->outside;
    char device[OUTSIDE_CODE_BYTES], key[CATALOG_CODE_BYTES],
        code[2 * CATALOG_CODE_BYTES];
    err e = enter_type(batch, database, sample);
    if (e || sample->type == LINE_STRING) return e;
    outside_device_code(sample, device);
    outside_key(sample->field, key);
    text_format(code, sizeof code, "%s.%s", device, key);
    const struct point *point = catalog_point_by_code(catalog, code);
    if (!point) return ERR_STATE; /* it has just been made */
    struct labels known;
    if (outside_labels(outside, point->id, &known)) return ERR_OK;
    lock_take(&outside->lock);
    outside->counts.created++;
    lock_give(&outside->lock);
    return outside_enter(outside, database, sample->labels, point->id);
}

static err enter_all(struct outside *outside, struct outside_batch *batch)
{
    struct database *database = NULL;
    struct catalog *catalog = server_catalog(batch->server);
    err e = database_open(outside->database_path, &database);
    if (!e) e = database_begin(database);
    for (size_t i = 0; !e && i < batch->n; i++) {
        const struct outside_sample *sample = &batch->samples[i];
        if (!sample->point && !sample->why)
            e = enter_one(batch, database, catalog, sample);
    }
    if (!e)
        e = database_commit(database);
    else if (database)
        database_rollback(database);
    database_close(database);
    catalog_release(catalog);
    return e;
}

static bool over_limit(struct outside *outside, struct outside_batch *batch)
{
    size_t n = 0;
    for (size_t i = 0; i < batch->n; i++) n += is_new(&batch->samples[i]);
    lock_take(&outside->lock);
    bool over = outside->series.n + n > OUTSIDE_SERIES_MAX;
    lock_give(&outside->lock);
    for (size_t i = 0; over && i < batch->n; i++)
        if (is_new(&batch->samples[i]))
            batch->samples[i].why = "too many series: the limit is 200000";
    return over;
}

err outside_make(struct outside *outside, struct outside_batch *batch)
{
    if (over_limit(outside, batch)) return ERR_OK;
    struct buffer csv;
    buffer_open(&csv, CSV_BYTES_MAX);
    err e = write_csv(batch, &csv);
    lock_take(&batch->server->import_lock);
    if (!e) e = import(batch->server, buffer_bytes(&csv));
    lock_give(&batch->server->import_lock);
    buffer_close(&csv);
    return e ? e : enter_all(outside, batch);
}
