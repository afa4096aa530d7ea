/* cycles.c - the table device_cycle: one row a change. */
#include "store/cycles.h"

#include "base/ensure.h"

#include <stdbool.h>

static const struct statement newest_of_all = {
    "cycles.newest_of_all",
    "SELECT device, cycle_ms FROM device_cycle c WHERE since_ms ="
    " (SELECT MAX(since_ms) FROM device_cycle WHERE device = c.device) ORDER BY device"};
static const struct statement note = {
    "cycles.note", "INSERT INTO device_cycle (device, since_ms, cycle_ms)"
                   " VALUES (?1, ?2, ?3)"
                   " ON CONFLICT (device, since_ms) DO UPDATE SET cycle_ms = ?3"};
static const struct statement of_device = {
    "cycles.of_device",
    "SELECT since_ms, cycle_ms FROM device_cycle WHERE device = ?1 ORDER BY since_ms"};

static err note_one(struct database *database, const struct device *device,
                    int64_t now_ms)
{
    struct query *query;
    err e = query_open(database, &note, &query);
    if (e) return e;
    query_bind_i64(query, device->id);
    query_bind_i64(query, now_ms);
    query_bind_i64(query, device->cycle_ms);
    return query_run(query);
}

/* Both lists are in order of the device's id: walk them side by side. */
static err note_changed(struct database *database, const struct catalog *catalog,
                        int64_t now_ms)
{
    struct query *query;
    err e = query_open(database, &newest_of_all, &query);
    if (e) return e;
    bool row = query_row(query);
    for (size_t i = 0; i < catalog->devices_n && !e; i++) {
        const struct device *device = &catalog->devices[i];
        while (row && query_i64(query, 0) < device->id) row = query_row(query);
        bool noted = row && query_i64(query, 0) == device->id;
        if (noted && query_i64(query, 1) == device->cycle_ms) continue;
        e = note_one(database, device, now_ms);
    }
    err closed = query_close(query);
    return e ? e : closed;
}

err cycles_note(struct database *database, const struct catalog *catalog, int64_t now_ms)
{
    ensure(database != NULL);
    ensure(catalog != NULL);

    err e = database_begin(database);
    if (e) return e;
    e = note_changed(database, catalog, now_ms);
    if (!e) e = database_commit(database);
    if (e) database_rollback(database);
    return e;
}

uint64_t cycles_due(int64_t from_ms, int64_t to_ms, int64_t cycle_ms)
{
    ensure(cycle_ms > 0);

    if (to_ms <= from_ms || to_ms <= 0) return 0;
    if (from_ms < 0) from_ms = 0;
    return (uint64_t)((to_ms + cycle_ms - 1) / cycle_ms -
                      (from_ms + cycle_ms - 1) / cycle_ms);
}

err cycles_expected(struct database *database, uint32_t device, int64_t from_ms,
                    int64_t to_ms, uint64_t *expected)
{
    ensure(expected != NULL);

    struct query *query;
    err e = query_open(database, &of_device, &query);
    if (e) return e;
    query_bind_i64(query, device);
    uint64_t sum = 0;
    int64_t begin_ms = from_ms, cycle_ms = 0;
    while (query_row(query)) {
        int64_t since_ms = query_i64(query, 0);
        if (since_ms >= to_ms && cycle_ms > 0) break;
        if (cycle_ms > 0 && since_ms > begin_ms) {
            sum += cycles_due(begin_ms, since_ms, cycle_ms);
            begin_ms = since_ms;
        }
        cycle_ms = query_i64(query, 1);
    }
    if (cycle_ms > 0) sum += cycles_due(begin_ms, to_ms, cycle_ms);
    e = query_close(query);
    if (!e) *expected = sum;
    return e;
}

err cycles_at(struct database *database, uint32_t device, int64_t at_ms,
              uint32_t *cycle_ms)
{
    ensure(cycle_ms != NULL);

    struct query *query;
    err e = query_open(database, &of_device, &query);
    if (e) return e;
    query_bind_i64(query, device);
    int64_t found_ms = 0;
    while (query_row(query)) {
        if (found_ms > 0 && query_i64(query, 0) > at_ms) break;
        found_ms = query_i64(query, 1);
    }
    e = query_close(query);
    if (e) return e;
    if (found_ms == 0) return ERR_UNKNOWN;
    *cycle_ms = (uint32_t)found_ms;
    return ERR_OK;
}
