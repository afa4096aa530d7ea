/* alarm_records.c - the SQL of alarms: writing.
 *
 * One row an alarm.  Unique by (kind, point, device, terminal, bit, raised_ms), 0 and -1
 * standing for none, so that what a replay raises again is ignored. */
#include "watch/alarm_records.h"

#include "base/ensure.h"
#include "watch/alarm_text.h"

static const struct migration migrations[] = {
    {"watch.001_alarms",
     "CREATE TABLE alarm("
     " id INTEGER PRIMARY KEY, kind TEXT(32) NOT NULL, bit INTEGER NOT NULL,"
     " priority INTEGER NOT NULL, site INTEGER NOT NULL, device INTEGER NOT NULL,"
     " point INTEGER NOT NULL, terminal INTEGER NOT NULL, text TEXT NOT NULL,"
     " text_en TEXT NOT NULL, search TEXT NOT NULL, limit_value REAL, value REAL,"
     " extreme REAL, raised_ms INTEGER NOT NULL, returned_ms INTEGER NOT NULL,"
     " acknowledged_ms INTEGER NOT NULL, acknowledged_by TEXT NOT NULL,"
     " note TEXT NOT NULL, late INTEGER NOT NULL, closed INTEGER NOT NULL,"
     " version INTEGER NOT NULL);"
     "CREATE UNIQUE INDEX alarm_once ON alarm(point, kind, bit, device, terminal, "
     "raised_ms);"
     "CREATE INDEX alarm_open ON alarm(raised_ms, id) WHERE closed = 0;"
     "CREATE INDEX alarm_raised ON alarm(raised_ms, id);"
     "CREATE INDEX alarm_version ON alarm(version);"
     "CREATE TABLE alarm_state(device INTEGER PRIMARY KEY, state BLOB NOT NULL);"},
};

static const struct statement newest_version = {
    "alarms.version", "SELECT coalesce(max(version), 0) FROM alarm"};
static const struct statement counting = {
    "alarms.counts", "SELECT priority, sum(CASE WHEN acknowledged_ms = 0 THEN 1 ELSE 0 "
                     "END), count(*) FROM alarm"
                     " WHERE closed = 0 GROUP BY priority"};
static const struct statement open_ones = {
    "alarms.open_ones", "SELECT kind, bit, device, point, terminal, raised_ms FROM alarm"
                        " WHERE closed = 0 AND returned_ms = 0"};
static const struct statement raise_one = {
    "alarms.raise",
    "INSERT INTO alarm(kind, bit, device, point, terminal, raised_ms, returned_ms, late,"
    " limit_value, value, extreme, priority, site, text, text_en, search, version,"
    " acknowledged_ms, acknowledged_by, note, closed)"
    " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,"
    " 0, '', '', 0 FROM (SELECT 1 AS one_row) single"
    " WHERE NOT EXISTS (SELECT 1 FROM alarm WHERE point = ?4 AND kind = ?1 AND bit = ?2"
    " AND device = ?3 AND terminal = ?5 AND (raised_ms = ?6 OR (?8 = 1 AND raised_ms <= "
    "?6"
    " AND (returned_ms = 0 OR returned_ms >= ?6))))"};
static const struct statement return_one = {
    "alarms.return",
    "UPDATE alarm SET returned_ms = ?7, extreme = coalesce(?8, extreme), version = ?9,"
    " closed = CASE WHEN acknowledged_ms <> 0 THEN 1 ELSE 0 END"
    " WHERE point = ?4 AND kind = ?1 AND bit = ?2 AND device = ?3 AND terminal = ?5"
    " AND raised_ms <= ?6 AND returned_ms = 0"};
static const struct statement end_one = {
    "alarms.end",
    "UPDATE alarm SET returned_ms = ?7, extreme = coalesce(?8, extreme), version = ?9"
    " WHERE point = ?4 AND kind = ?1 AND bit = ?2 AND device = ?3 AND terminal = ?5"
    " AND raised_ms = ?6 AND late = 1 AND returned_ms > ?7"};
static const struct statement reopen_one = {
    "alarms.reopen",
    "UPDATE alarm SET returned_ms = 0, closed = 0, version = ?7"
    " WHERE point = ?4 AND kind = ?1 AND bit = ?2 AND device = ?3 AND terminal = ?5"
    " AND raised_ms = ?6 AND returned_ms <> 0"};
static const struct statement extend_one = {
    "alarms.extend",
    "UPDATE alarm SET returned_ms = ?7, extreme = coalesce(?8, extreme), version = ?9"
    " WHERE point = ?4 AND kind = ?1 AND bit = ?2 AND device = ?3 AND terminal = ?5"
    " AND raised_ms = ?6 AND late = 1 AND returned_ms < ?7"};
static const struct statement find_acknowledged = {
    "alarms.find_acknowledged", "SELECT acknowledged_ms FROM alarm WHERE id = ?1"};
static const struct statement acknowledge = {
    "alarms.acknowledge",
    "UPDATE alarm SET acknowledged_ms = ?2, acknowledged_by = ?3, "
    "note = ?4, version = ?5,"
    " closed = CASE WHEN returned_ms <> 0 THEN 1 ELSE 0 END WHERE id = ?1"};
static const struct statement save_state = {
    "alarms.save_state", "INSERT INTO alarm_state(device, state) VALUES(?1, ?2)"
                         " ON CONFLICT(device) DO UPDATE SET state = excluded.state"};
static const struct statement load_states = {"alarms.load_states",
                                             "SELECT device, state FROM alarm_state"};
static const struct statement load_number = {
    "alarms.load_number", "SELECT device, state FROM alarm_state WHERE device = 0"};

err alarm_records_migrate(struct database *database)
{
    return database_migrate(database, migrations, COUNT(migrations));
}

err alarm_records_version(struct database *database, uint64_t *version)
{
    struct query *query;
    err e = query_open(database, &newest_version, &query);
    if (e) return e;
    if (query_row(query)) *version = (uint64_t)query_i64(query, 0);
    return query_close(query);
}

err alarm_records_counts(struct database *database, struct alarms_count counts[4])
{
    struct alarms_count read[4] = {{0}};
    struct query *query;
    err e = query_open(database, &counting, &query);
    if (e) return e;
    while (query_row(query)) {
        int64_t priority = query_i64(query, 0);
        if (priority < 1 || priority > 4) continue;
        read[priority - 1] = (struct alarms_count){(uint32_t)query_i64(query, 1),
                                                   (uint32_t)query_i64(query, 2)};
    }
    e = query_close(query);
    for (int i = 0; !e && i < 4; i++) counts[i] = read[i];
    return e;
}

err alarm_records_open_ones(struct database *database,
                            err (*each)(void *context, const struct doubtful *open),
                            void *context)
{
    struct query *query;
    err e = query_open(database, &open_ones, &query);
    if (e) return e;
    while (!e && query_row(query)) {
        struct doubtful open = {.bit = (int)query_i64(query, 1),
                                .device = (uint32_t)query_i64(query, 2),
                                .point = (uint32_t)query_i64(query, 3),
                                .terminal = (uint32_t)query_i64(query, 4),
                                .raised_ms = query_i64(query, 5)};
        e = alarm_kind_from_word(query_text(query, 0), &open.kind);
        e = e ? ERR_CORRUPT : each(context, &open);
    }
    err closed = query_close(query);
    return e ? e : closed;
}

/* --- one change --------------------------------------------------------------------- */

/* Parameters 1 .. 6, the same in all three statements.  A point never changes its device.
 */
static void bind_key(struct query *query, const struct alarm_change *change)
{
    query_bind_text(query, alarm_kind_word(change->kind));
    query_bind_i64(query, change->bit);
    query_bind_i64(query, change->device);
    query_bind_i64(query, change->point);
    query_bind_i64(query, change->terminal);
    query_bind_i64(query, change->time_ms);
}

/* A terminal that is silent since the same moment again (it was thought back while the
 * server started, or shut out and let in): the same alarm goes on. */
static err apply_reopen(struct database *database, const struct alarm_change *change,
                        uint64_t version)
{
    struct query *query;
    err e = query_open(database, &reopen_one, &query);
    if (e) return e;
    bind_key(query, change);
    query_bind_i64(query, (int64_t)version);
    return query_run(query);
}

static err apply_raise(struct database *database, const struct catalog *catalog,
                       const struct alarm_change *change, uint64_t version)
{
    struct alarm_text text;
    alarm_text_make(catalog, change, &text);
    bool late = change->what == CHANGE_LATE;
    struct query *query;
    err e = ERR_OK;
    if (change->kind == ALARM_TERMINAL) e = apply_reopen(database, change, version);
    if (!e) e = query_open(database, &raise_one, &query);
    if (e) return e;
    bind_key(query, change);
    query_bind_i64(query, late ? change->until_ms : 0);
    query_bind_i64(query, late);
    query_bind_double(query, change->limit);
    query_bind_double(query, change->value);
    query_bind_double(query, change->value);
    query_bind_i64(query, text.priority);
    query_bind_i64(query, text.site);
    query_bind_text(query, text.text);
    query_bind_text(query, text.text_en);
    query_bind_text(query, text.search);
    query_bind_i64(query, (int64_t)version);
    return query_run(query);
}

static err apply_end(struct database *database, const struct alarm_change *change,
                     const struct statement *statement, uint64_t version)
{
    bool late = change->what != CHANGE_RETURN;
    struct query *query;
    err e = query_open(database, statement, &query);
    if (e) return e;
    bind_key(query, change);
    query_bind_i64(query, late ? change->until_ms : change->time_ms);
    query_bind_double(query, change->extreme);
    query_bind_i64(query, (int64_t)version);
    return query_run(query);
}

err alarm_records_apply(struct database *database, const struct catalog *catalog,
                        const struct alarm_change *change, uint64_t version)
{
    switch (change->what) {
    case CHANGE_RAISE:
    case CHANGE_LATE: return apply_raise(database, catalog, change, version);
    case CHANGE_RETURN: return apply_end(database, change, &return_one, version);
    case CHANGE_LATE_EXTEND: return apply_end(database, change, &extend_one, version);
    case CHANGE_LATE_END: return apply_end(database, change, &end_one, version);
    }
    return ERR_STATE; /* a change of no kind */
}

/* --- acknowledging ------------------------------------------------------------------ */

static err acknowledged_ms_of(struct database *database, uint64_t id, int64_t *found_ms)
{
    struct query *query;
    err e = query_open(database, &find_acknowledged, &query);
    if (e) return e;
    query_bind_i64(query, (int64_t)id);
    bool found = query_row(query);
    if (found) *found_ms = query_i64(query, 0);
    e = query_close(query);
    return !e && !found ? ERR_UNKNOWN : e;
}

err alarm_records_acknowledge(struct database *database,
                              const struct alarm_acknowledgement *input)
{
    int64_t before_ms = 0;
    err e = acknowledged_ms_of(database, input->id, &before_ms);
    if (e) return e;
    if (before_ms != 0) return ERR_DUPLICATE;

    struct query *query;
    e = query_open(database, &acknowledge, &query);
    if (e) return e;
    query_bind_i64(query, (int64_t)input->id);
    query_bind_i64(query, input->now_ms);
    query_bind_text(query, input->who);
    query_bind_text(query, input->note);
    query_bind_i64(query, (int64_t)input->version);
    return query_run(query);
}

/* --- states ------------------------------------------------------------------------- */

err alarm_records_save_state(struct database *database, uint32_t device,
                             struct bytes state)
{
    struct query *query;
    err e = query_open(database, &save_state, &query);
    if (e) return e;
    query_bind_i64(query, device);
    query_bind_bytes(query, state);
    return query_run(query);
}

static err load(struct database *database, const struct statement *statement,
                err (*each)(void *context, uint32_t device, struct bytes state),
                void *context)
{
    struct query *query;
    err e = query_open(database, statement, &query);
    if (e) return e;
    while (!e && query_row(query))
        e = each(context, (uint32_t)query_i64(query, 0), query_bytes(query, 1));
    err closed = query_close(query);
    return e ? e : closed;
}

err alarm_records_load_states(struct database *database,
                              err (*each)(void *context, uint32_t device,
                                          struct bytes state),
                              void *context)
{
    return load(database, &load_states, each, context);
}

err alarm_records_load_number(struct database *database,
                              err (*each)(void *context, uint32_t device,
                                          struct bytes state),
                              void *context)
{
    return load(database, &load_number, each, context);
}
