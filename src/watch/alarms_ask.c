/* alarms_ask.c - any thread's door: lists, counts, acknowledging. */
#include "watch/alarms_internal.h"

#include "base/ensure.h"
#include "watch/alarm_records.h"

#include <string.h>

/* One asking: who asked, what for, and whose sites. */
struct asking {
    struct alarms *alarms;
    const struct catalog *catalog; /* NULL: all sites */
    uint32_t site;
    alarms_each each;
    void *context;
};

/* A raised limit alarm's worst value is in its state until it returns. */
static void add_extreme(struct alarms *alarms, struct alarm_record *record)
{
    if (record->kind > ALARM_IMPLAUSIBLE || record->returned_ms != 0) return;
    lock_take(&alarms->lock);
    const struct watch *watch = world_watch(&alarms->world, record->point);
    if (watch && alarm_is_raised(&watch->state, record->kind, -1)) {
        const struct alarm_state *state = &watch->state;
        record->extreme = record->kind == ALARM_IMPLAUSIBLE
                              ? state->implausible.extreme
                              : state->limit[record->kind].extreme;
    }
    lock_give(&alarms->lock);
}

static err pass_on(void *context, const struct alarm_record *record)
{
    const struct asking *asking = context;
    struct alarm_record whole = *record;
    add_extreme(asking->alarms, &whole);
    return asking->each(asking->context, &whole);
}

/* Sites do not go in circles (catalog_make). */
static bool lies_beneath(void *context, const struct alarm_record *record)
{
    const struct asking *asking = context;
    uint32_t site = record->site;
    while (site != 0 && site != asking->site) {
        const struct site *found = catalog_site(asking->catalog, site);
        site = found ? found->parent : 0;
    }
    return site == asking->site;
}

err alarms_list(struct alarms *alarms, const struct alarms_filter *filter,
                alarms_each each, void *context)
{
    ensure(alarms != NULL);
    ensure(filter != NULL);
    ensure(each != NULL);

    struct catalog *catalog = NULL;
    struct database *database;
    err e = asker_take(alarms, &database);
    if (e) return e;
    lock_take(&alarms->lock);
    if (filter->site && alarms->world.catalog)
        catalog = catalog_hold(alarms->world.catalog);
    lock_give(&alarms->lock);

    struct asking asking = {.alarms = alarms,
                            .catalog = catalog,
                            .site = filter->site,
                            .each = each,
                            .context = context};
    e = alarm_records_list(database, filter, catalog ? lies_beneath : NULL, pass_on,
                           &asking);
    catalog_release(catalog);
    asker_give(alarms, database);
    return e;
}

err alarms_changed(struct alarms *alarms, uint64_t since, uint64_t *version,
                   alarms_each each, void *context)
{
    ensure(alarms != NULL);
    ensure(version != NULL);
    ensure(each != NULL);

    /* Read before the asking: what is committed meanwhile may come twice, never not. */
    uint64_t now = alarms_version(alarms);
    err e = ERR_OK;
    if (now > since) {
        struct database *database;
        struct asking asking = {.alarms = alarms, .each = each, .context = context};
        e = asker_take(alarms, &database);
        if (e) return e;
        e = alarm_records_changed(database, since, pass_on, &asking);
        asker_give(alarms, database);
    }
    if (!e) *version = now > since ? now : since;
    return e;
}

uint64_t alarms_version(struct alarms *alarms)
{
    ensure(alarms != NULL);

    lock_take(&alarms->lock);
    uint64_t version = alarms->version_shown;
    lock_give(&alarms->lock);
    return version;
}

void alarms_counts(struct alarms *alarms, struct alarms_count counts[4])
{
    ensure(alarms != NULL);
    ensure(counts != NULL);

    lock_take(&alarms->lock);
    memcpy(counts, alarms->counts, sizeof alarms->counts);
    lock_give(&alarms->lock);
}

static err acknowledge(struct alarms *alarms, struct database *database,
                       struct alarm_acknowledgement *input)
{
    struct alarms_count counts[4];
    err e = database_begin(database);
    if (e) return e;
    /* Only now: versions shall grow in the order of the commits. */
    input->version = version_next(alarms);
    e = alarm_records_acknowledge(database, input);
    if (!e) e = alarm_records_counts(database, counts);
    if (!e) e = database_commit(database);
    if (e)
        database_rollback(database);
    else
        publish(alarms, input->version, counts);
    return e;
}

err alarms_acknowledge(struct alarms *alarms, uint64_t id, const char *who,
                       const char *note, int64_t now_ms)
{
    ensure(alarms != NULL);
    ensure(who != NULL);
    ensure(now_ms > 0);

    if (note == NULL) note = "";
    if (strlen(who) >= CATALOG_CODE_BYTES || strlen(note) >= ALARMS_NOTE_BYTES)
        return ERR_RANGE;
    struct database *database;
    struct alarm_acknowledgement input = {
        .id = id, .who = who, .note = note, .now_ms = now_ms};
    err e = asker_take(alarms, &database);
    if (e) return e;
    e = acknowledge(alarms, database, &input);
    asker_give(alarms, database);
    return e;
}
