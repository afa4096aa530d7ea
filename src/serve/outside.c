/* outside.c - known series and their points; see outside.h. */
#include "serve/outside.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "serve/outside_state.h"
#include "serve/server.h"
#include "vault/token.h"

#include <string.h>

enum { AHEAD_MS = 24 * 3600 * 1000 };

static const struct migration migrations[] = {
    {"serve.003_outside",
     "CREATE TABLE outside_series (labels BLOB(2000) PRIMARY KEY, point INTEGER NOT NULL)"
     " WITHOUT ROWID;"
     "CREATE TABLE outside_type (labels BLOB(2000) PRIMARY KEY, type INTEGER NOT NULL)"
     " WITHOUT ROWID;"},
};

static const struct statement all_series = {
    "outside.series", "SELECT labels, point FROM outside_series"};
static const struct statement add_series = {
    "outside.add_series", "INSERT INTO outside_series (labels, point) VALUES (?1, ?2)"};
static const struct statement all_types = {"outside.types",
                                           "SELECT labels, type FROM outside_type"};
static const struct statement add_type = {
    "outside.add_type", "INSERT INTO outside_type (labels, type) VALUES (?1, ?2)"};

static err note_point(struct outside *outside, size_t entry)
{
    uint32_t point = outside->series.entries[entry].number;
    if (point >= outside->points_n) {
        size_t n = outside->points_n ? outside->points_n : 1024;
        while (n <= point) n *= 2;
        uint32_t *grown = memory_resize(outside->entry_of_1, n, sizeof *grown);
        if (!grown) return ERR_MEMORY;
        memset(grown + outside->points_n, 0, (n - outside->points_n) * sizeof *grown);
        outside->entry_of_1 = grown;
        outside->points_n = n;
    }
    outside->entry_of_1[point] = (uint32_t)entry + 1;
    return ERR_OK;
}

static err load(struct outside *outside)
{
    struct database *database = NULL;
    err e = database_open(outside->database_path, &database);
    if (!e) e = database_migrate(database, migrations, COUNT(migrations));
    if (!e) e = label_book_load(&outside->series, database);
    if (!e) e = label_book_load(&outside->types, database);
    database_close(database);
    for (size_t i = 0; !e && i < outside->series.n; i++) e = note_point(outside, i);
    return e;
}

err outside_open(const char *database_path, struct outside **outside)
{
    struct outside *made = memory_new(1, sizeof *made);
    if (!made) return ERR_MEMORY;
    made->database_path = database_path;
    made->spool = random_u64() >> 1 | 1; /* new with each start: its count begins anew */
    lock_open(&made->lock);
    lock_open(&made->make_lock);
    label_book_open(&made->series, &all_series, &add_series);
    label_book_open(&made->types, &all_types, &add_type);
    err e = load(made);
    if (e)
        outside_close(made);
    else
        *outside = made;
    return e;
}

void outside_close(struct outside *outside)
{
    if (!outside) return;
    label_book_close(&outside->series);
    label_book_close(&outside->types);
    memory_free(outside->entry_of_1);
    memory_free(outside->writers);
    lock_close(&outside->make_lock);
    lock_close(&outside->lock);
    memory_free(outside);
}

bool outside_labels(struct outside *outside, uint32_t point, struct labels *labels)
{
    lock_take(&outside->lock);
    uint32_t at = point < outside->points_n ? outside->entry_of_1[point] : 0;
    if (at) *labels = outside->series.entries[at - 1].labels;
    lock_give(&outside->lock);
    return at != 0;
}

bool outside_made_template(const struct catalog *catalog,
                           const struct template_point *point)
{
    const struct template *template = catalog_template(catalog, point->template_id);
    return template && text_equal(template->protocol, OUTSIDE_PROTOCOL) &&
           text_starts(template->code, OUTSIDE_CODE_STARTS);
}

void outside_count(struct outside *outside, struct outside_counts *counts)
{
    lock_take(&outside->lock);
    *counts = outside->counts;
    lock_give(&outside->lock);
}

/* The writer's place; NULL without memory.  Under the lock. */
static struct outside_writer *find_writer(struct outside *outside, const char *terminal)
{
    for (size_t i = 0; i < outside->writers_n; i++)
        if (text_equal(outside->writers[i].terminal, terminal))
            return &outside->writers[i];
    struct outside_writer *grown = memory_resize(
        outside->writers, outside->writers_n + 1, sizeof *outside->writers);
    if (!grown) return NULL;
    outside->writers = grown;
    struct outside_writer *writer = &grown[outside->writers_n++];
    *writer = (struct outside_writer){.sequence = 0};
    text_copy(writer->terminal, sizeof writer->terminal, terminal);
    return writer;
}

err outside_sequence(struct outside *outside, const char *terminal, uint64_t *spool,
                     uint64_t *sequence)
{
    lock_take(&outside->lock);
    struct outside_writer *writer = find_writer(outside, terminal);
    if (writer) *sequence = ++writer->sequence;
    *spool = outside->spool;
    lock_give(&outside->lock);
    return writer ? ERR_OK : ERR_MEMORY;
}

err outside_enter(struct outside *outside, struct database *database,
                  struct labels labels, uint32_t point)
{
    lock_take(&outside->lock);
    err e = label_book_find(&outside->series, labels)
                ? ERR_OK
                : label_book_add(&outside->series, database, labels, point);
    if (!e) e = note_point(outside, outside->series.n - 1);
    lock_give(&outside->lock);
    return e;
}

/* --- which point -------------------------------------------------------------------- */

/* A point of the catalog that the labels name: device, and point or the field. */
static bool find_in_catalog(const struct catalog *catalog, struct outside_sample *sample)
{
    char code[2 * CATALOG_CODE_BYTES];
    const char *device_code = labels_value(sample->tags, "device");
    const char *key = labels_value(sample->tags, "point");
    if (!device_code[0]) return false;
    if (!text_format(code, sizeof code, "%s.%s", device_code,
                     key[0] ? key : sample->field))
        return false;
    const struct point *point = catalog_point_by_code(catalog, code);
    if (!point) return false;
    if (catalog_device(catalog, point->device)->terminal) {
        sample->why = "this point is read by a terminal and cannot be written";
    } else {
        sample->point = point->id;
        sample->device = point->device;
    }
    return true;
}

struct labels outside_type_key(const struct outside_batch *batch,
                               const struct outside_sample *sample, struct label at[2])
{
    at[0] = (struct label){"", batch->database ? batch->database : ""};
    at[1] = (struct label){sample->measurement, sample->field};
    return (struct labels){2, at};
}

static const char *conflict_text(struct outside_batch *batch,
                                 const struct outside_sample *sample, enum line_type was)
{
    char text[OUTSIDE_WHY_BYTES];
    text_format(
        text, sizeof text,
        "field type conflict: input field \"%.30s\" on measurement \"%.30s\" is type "
        "%s, already exists as type %s",
        sample->field, sample->measurement, line_type_word(sample->type),
        line_type_word(was));
    const char *kept = arena_text(batch->arena, text, strlen(text));
    return kept ? kept : "field type conflict";
}

/* Under the lock. */
static void find_in_book(struct outside_batch *batch, struct outside_sample *sample,
                         const struct catalog *catalog)
{
    struct outside *outside = batch->server->outside;
    struct label at[2];
    if (sample->typed) {
        const struct label_entry *type =
            label_book_find(&outside->types, outside_type_key(batch, sample, at));
        if (type && type->number != sample->type) {
            sample->why = conflict_text(batch, sample, (enum line_type)type->number);
            outside->counts.conflicts++;
            return;
        }
    }
    if (sample->type == LINE_STRING) {
        sample->settled =
            label_book_find(&outside->types, outside_type_key(batch, sample, at));
        return;
    }
    const struct label_entry *entry = label_book_find(&outside->series, sample->labels);
    const struct point *point = entry ? catalog_point(catalog, entry->number) : NULL;
    if (!point) return;
    sample->point = point->id;
    sample->device = point->device;
}

static void find_all(struct outside_batch *batch)
{
    struct outside *outside = batch->server->outside;
    struct catalog *catalog = server_catalog(batch->server);
    int64_t latest_ms = server_now_ms(batch->server) + AHEAD_MS;
    lock_take(&outside->lock);
    for (size_t i = 0; i < batch->n; i++) {
        struct outside_sample *sample = &batch->samples[i];
        if (sample->point || sample->why) continue;
        if (sample->time_ms < 0 || sample->time_ms > latest_ms) {
            sample->why =
                "points beyond retention policy (before 1970, or more than a day "
                "ahead)";
            outside->counts.out_of_time++;
            continue;
        }
        if (find_in_catalog(catalog, sample)) continue;
        find_in_book(batch, sample, catalog);
    }
    lock_give(&outside->lock);
    catalog_release(catalog);
}

static bool some_missing(const struct outside_batch *batch)
{
    for (size_t i = 0; i < batch->n; i++)
        if (!batch->samples[i].point && !batch->samples[i].why &&
            !batch->samples[i].settled)
            return true;
    return false;
}

static const char *unknown_text(struct outside_batch *batch,
                                const struct outside_sample *sample)
{
    char text[OUTSIDE_WHY_BYTES];
    text_format(
        text, sizeof text,
        "unknown series \"%.60s\": name a point by the tags device and point, or use "
        "a token that may make series",
        labels_value(sample->labels, LABEL_METRIC));
    const char *kept = arena_text(batch->arena, text, strlen(text));
    return kept ? kept : "unknown series";
}

static void settle(struct outside_batch *batch)
{
    struct outside *outside = batch->server->outside;
    lock_take(&outside->lock);
    outside->counts.requests++;
    for (size_t i = 0; i < batch->n; i++) {
        struct outside_sample *sample = &batch->samples[i];
        bool kept = sample->type == LINE_STRING && !sample->why;
        if (sample->point || kept) {
            outside->counts.accepted += sample->point != 0;
            continue;
        }
        if (!sample->why) {
            sample->why = unknown_text(batch, sample);
            outside->counts.unknown++;
        }
        batch->dropped_n++;
        if (!batch->why) batch->why = sample->why;
    }
    lock_give(&outside->lock);
}

err outside_resolve(struct outside_batch *batch)
{
    struct outside *outside = batch->server->outside;
    err e = ERR_OK;
    find_all(batch);
    if (batch->creates && some_missing(batch)) {
        lock_take(&outside->make_lock);
        find_all(batch); /* somebody else may have made them meanwhile */
        e = outside_make(outside, batch);
        if (!e) find_all(batch);
        lock_give(&outside->make_lock);
    }
    if (!e) settle(batch);
    return e;
}
