/* terminals.c - see terminals.h.  Devices are a dense array by id. */
#include "serve/terminals.h"

#include "base/ensure.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/thread.h"

#include <string.h>

static const struct migration migrations[] = {
    {"serve.002_terminals",
     "CREATE TABLE terminal_state (code TEXT(64) PRIMARY KEY, last_frame_ms INTEGER,"
     " last_transmitted_ms INTEGER, clock_offset_ms INTEGER, spool INTEGER,"
     " last_sequence INTEGER, frames_stored INTEGER, frames_duplicate INTEGER,"
     " frames_rejected INTEGER, has_status INTEGER, started_ms INTEGER,"
     " spool_frames INTEGER, spool_bytes INTEGER, dropped_frames INTEGER,"
     " missed_polls INTEGER, memory_bytes INTEGER, version TEXT);"
     "CREATE TABLE device_state (device INTEGER PRIMARY KEY, state INTEGER,"
     " since_ms INTEGER, answered_ms INTEGER, response_ms INTEGER, error TEXT);"},
};

static const struct statement read_terminals = {
    "terminals.read",
    "SELECT code, last_frame_ms, last_transmitted_ms, clock_offset_ms, spool, "
    "last_sequence,"
    " frames_stored, frames_duplicate, frames_rejected, has_status, started_ms,"
    " spool_frames, spool_bytes, dropped_frames, missed_polls, memory_bytes, version"
    " FROM terminal_state"};
static const struct statement write_terminal = {
    "terminals.write",
    "INSERT INTO terminal_state (code, last_frame_ms, last_transmitted_ms,"
    " clock_offset_ms, spool, last_sequence, frames_stored, frames_duplicate,"
    " frames_rejected, has_status, started_ms, spool_frames, spool_bytes,"
    " dropped_frames, missed_polls, memory_bytes, version)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
    " ?17)"
    " ON CONFLICT (code) DO UPDATE SET last_frame_ms = ?2,"
    " last_transmitted_ms = ?3, clock_offset_ms = ?4, spool = ?5,"
    " last_sequence = ?6, frames_stored = ?7, frames_duplicate = ?8,"
    " frames_rejected = ?9, has_status = ?10, started_ms = ?11,"
    " spool_frames = ?12, spool_bytes = ?13, dropped_frames = ?14,"
    " missed_polls = ?15, memory_bytes = ?16, version = ?17"};
static const struct statement read_devices = {
    "terminals.read_devices",
    "SELECT device, state, since_ms, answered_ms, response_ms, error FROM device_state"};
static const struct statement write_device = {
    "terminals.write_device",
    "INSERT INTO device_state (device, state, since_ms, answered_ms, response_ms, error)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (device) DO UPDATE SET state = ?2,"
    " since_ms = ?3, answered_ms = ?4, response_ms = ?5, error = ?6"};

enum { DEVICES_MAX = CATALOG_POINTS_MAX };

struct device_row {
    struct terminal_device device;
    bool changed; /* since it was saved */
};

struct terminals {
    struct lock lock;
    size_t n, capacity;
    struct terminal_state *at; /* few; in order of appearance */
    size_t devices_n;
    struct device_row *devices; /* by id */
};

static struct terminal_state *find(struct terminals *terminals, const char *code)
{
    for (size_t i = 0; i < terminals->n; i++)
        if (text_equal(terminals->at[i].code, code)) return &terminals->at[i];
    return NULL;
}

/* NULL when out of memory: the frame then counts nowhere, which is said in the log. */
static struct terminal_state *find_or_add(struct terminals *terminals, const char *code)
{
    struct terminal_state *state = find(terminals, code);
    if (state) return state;
    if (terminals->n == terminals->capacity) {
        size_t capacity = terminals->capacity ? 2 * terminals->capacity : 8;
        struct terminal_state *grown =
            memory_resize(terminals->at, capacity, sizeof *grown);
        if (!grown) return NULL;
        terminals->at = grown;
        terminals->capacity = capacity;
    }
    state = &terminals->at[terminals->n++];
    *state = (struct terminal_state){0};
    text_copy(state->code, sizeof state->code, code);
    return state;
}

static struct device_row *device_row(struct terminals *terminals, uint32_t device)
{
    if (device < terminals->devices_n) return &terminals->devices[device];
    if (device >= DEVICES_MAX) return NULL;
    size_t n = (size_t)device + 1 + terminals->devices_n / 2;
    struct device_row *grown = memory_resize(terminals->devices, n, sizeof *grown);
    if (!grown) return NULL;
    memset(grown + terminals->devices_n, 0, (n - terminals->devices_n) * sizeof *grown);
    terminals->devices = grown;
    terminals->devices_n = n;
    return &terminals->devices[device];
}

/* --- database ----------------------------------------------------------------------- */

static void read_terminal(struct query *query, struct terminal_state *state)
{
    int column = 1;
    state->last_frame_ms = query_i64(query, column++);
    state->last_transmitted_ms = query_i64(query, column++);
    state->clock_offset_ms = query_i64(query, column++);
    state->spool = (uint64_t)query_i64(query, column++);
    state->last_sequence = (uint64_t)query_i64(query, column++);
    state->frames_stored = (uint64_t)query_i64(query, column++);
    state->frames_duplicate = (uint64_t)query_i64(query, column++);
    state->frames_rejected = (uint64_t)query_i64(query, column++);
    state->has_status = query_i64(query, column++) != 0;
    state->started_ms = query_i64(query, column++);
    state->spool_frames = (uint64_t)query_i64(query, column++);
    state->spool_bytes = (uint64_t)query_i64(query, column++);
    state->dropped_frames = (uint64_t)query_i64(query, column++);
    state->missed_polls = (uint64_t)query_i64(query, column++);
    state->memory_bytes = (uint64_t)query_i64(query, column++);
    text_copy(state->version, sizeof state->version, query_text(query, column));
}

static err load_terminals(struct terminals *terminals, struct database *database)
{
    struct query *query = NULL;
    err e = query_open(database, &read_terminals, &query);
    if (e) return e;
    err kept = ERR_OK;
    while (!kept && query_row(query)) {
        struct terminal_state *state = find_or_add(terminals, query_text(query, 0));
        if (!state) kept = ERR_MEMORY;
        if (state) read_terminal(query, state);
    }
    e = query_close(query);
    return kept ? kept : e;
}

static err load_devices(struct terminals *terminals, struct database *database)
{
    struct query *query = NULL;
    err e = query_open(database, &read_devices, &query);
    if (e) return e;
    err kept = ERR_OK;
    while (!kept && query_row(query)) {
        struct device_row *row = device_row(terminals, (uint32_t)query_i64(query, 0));
        if (!row) {
            kept = ERR_MEMORY;
            continue;
        }
        struct terminal_device *device = &row->device;
        device->state = (enum device_state)query_i64(query, 1);
        device->since_ms = query_i64(query, 2);
        device->answered_ms = query_i64(query, 3);
        device->response_ms = (uint32_t)query_i64(query, 4);
        text_copy(device->error, sizeof device->error, query_text(query, 5));
        if (device->state > DEVICE_OFFLINE) device->state = DEVICE_STATE_NONE;
    }
    e = query_close(query);
    return kept ? kept : e;
}

err terminals_open(const char *database_path, struct terminals **terminals)
{
    struct terminals *made = memory_new(1, sizeof *made);
    if (!made) return ERR_MEMORY;
    lock_open(&made->lock);
    struct database *database = NULL;
    err e = database_open(database_path, &database);
    if (!e) e = database_migrate(database, migrations, COUNT(migrations));
    if (!e) e = load_terminals(made, database);
    if (!e) e = load_devices(made, database);
    database_close(database);
    if (e) {
        terminals_close(made);
        return e;
    }
    *terminals = made;
    return ERR_OK;
}

void terminals_close(struct terminals *terminals)
{
    if (!terminals) return;
    lock_close(&terminals->lock);
    memory_free(terminals->at);
    memory_free(terminals->devices);
    memory_free(terminals);
}

static err save_terminal(struct database *database, const struct terminal_state *state)
{
    struct query *query = NULL;
    err e = query_open(database, &write_terminal, &query);
    if (e) return e;
    query_bind_text(query, state->code);
    query_bind_i64(query, state->last_frame_ms);
    query_bind_i64(query, state->last_transmitted_ms);
    query_bind_i64(query, state->clock_offset_ms);
    query_bind_i64(query, (int64_t)state->spool);
    query_bind_i64(query, (int64_t)state->last_sequence);
    query_bind_i64(query, (int64_t)state->frames_stored);
    query_bind_i64(query, (int64_t)state->frames_duplicate);
    query_bind_i64(query, (int64_t)state->frames_rejected);
    query_bind_i64(query, state->has_status);
    query_bind_i64(query, state->started_ms);
    query_bind_i64(query, (int64_t)state->spool_frames);
    query_bind_i64(query, (int64_t)state->spool_bytes);
    query_bind_i64(query, (int64_t)state->dropped_frames);
    query_bind_i64(query, (int64_t)state->missed_polls);
    query_bind_i64(query, (int64_t)state->memory_bytes);
    query_bind_text(query, state->version);
    return query_run(query);
}

static err save_device(struct database *database, size_t id,
                       const struct terminal_device *device)
{
    struct query *query = NULL;
    err e = query_open(database, &write_device, &query);
    if (e) return e;
    query_bind_i64(query, (int64_t)id);
    query_bind_i64(query, device->state);
    query_bind_i64(query, device->since_ms);
    query_bind_i64(query, device->answered_ms);
    query_bind_i64(query, device->response_ms);
    query_bind_text(query, device->error);
    return query_run(query);
}

/* Without the lock: only this thread changes the table, the others read. */
err terminals_save(struct terminals *terminals, struct database *database)
{
    err e = ERR_OK;
    for (size_t i = 0; !e && i < terminals->n; i++)
        e = save_terminal(database, &terminals->at[i]);
    for (size_t i = 0; !e && i < terminals->devices_n; i++) {
        if (!terminals->devices[i].changed) continue;
        e = save_device(database, i, &terminals->devices[i].device);
    }
    /* If the transaction fails the rows are written again with the next one that changes
     * them, and the replay behind the older checkpoint brings them too. */
    for (size_t i = 0; !e && i < terminals->devices_n; i++)
        terminals->devices[i].changed = false;
    return e;
}

/* --- feeding ------------------------------------------------------------------------ */

static void take_status(struct terminal_state *state,
                        const struct terminal_status *status)
{
    state->has_status = true;
    state->started_ms = status->started_ms;
    state->spool_frames = status->spool_frames;
    state->spool_bytes = status->spool_bytes;
    state->dropped_frames = status->dropped_frames;
    state->missed_polls = status->missed_polls;
    state->memory_bytes = status->memory_bytes;
    text_copy(state->version, sizeof state->version,
              status->version ? status->version : "");
}

/* A frame of the backlog tells of the past: it must not overwrite newer states. */
static void take_devices(struct terminals *terminals, const struct frame *frame)
{
    for (size_t i = 0; i < frame->status_n; i++) {
        const struct device_status *status = &frame->status[i];
        struct device_row *row = device_row(terminals, status->device);
        if (!row || status->since_ms < row->device.since_ms) continue;
        if (status->since_ms == row->device.since_ms &&
            status->answered_ms < row->device.answered_ms)
            continue;
        row->changed = true;
        row->device.state = status->state;
        row->device.since_ms = status->since_ms;
        row->device.answered_ms = status->answered_ms;
        row->device.response_ms = status->response_ms;
        text_copy(row->device.error, sizeof row->device.error,
                  status->error ? status->error : "");
    }
}

static void take_stored(struct terminals *terminals, struct terminal_state *state,
                        const struct rawlog_record *record, const struct frame *frame)
{
    state->frames_stored++;
    take_devices(terminals, frame);
    if (frame->transmitted_ms < state->last_transmitted_ms) return;
    state->last_transmitted_ms = frame->transmitted_ms;
    state->clock_offset_ms = frame->transmitted_ms - record->received_ms;
    state->spool = frame->spool;
    state->last_sequence = frame->sequence;
    if (frame->has_terminal_status) take_status(state, &frame->terminal_status);
}

void terminals_take(struct terminals *terminals, const struct rawlog_record *record,
                    const struct frame *frame)
{
    lock_take(&terminals->lock);
    struct terminal_state *state = find_or_add(terminals, record->terminal);
    if (state) {
        state->last_frame_ms = record->received_ms;
        if (record->verdict == RAWLOG_STORED && frame)
            take_stored(terminals, state, record, frame);
        else if (record->verdict == RAWLOG_DUPLICATE)
            state->frames_duplicate++;
        else
            state->frames_rejected++;
    }
    lock_give(&terminals->lock);
    if (!state) log_event(LOG_ERROR, "serve", "terminal_lost", "reason=memory");
}

bool terminals_state(struct terminals *terminals, const char *code,
                     struct terminal_state *state)
{
    *state = (struct terminal_state){0};
    text_copy(state->code, sizeof state->code, code);
    lock_take(&terminals->lock);
    const struct terminal_state *found = find(terminals, code);
    if (found) *state = *found;
    lock_give(&terminals->lock);
    return found != NULL;
}

struct terminal_device terminals_device(struct terminals *terminals, uint32_t device)
{
    struct terminal_device copy = {0};
    lock_take(&terminals->lock);
    if (device < terminals->devices_n) copy = terminals->devices[device].device;
    lock_give(&terminals->lock);
    return copy;
}

struct terminals_total terminals_total(struct terminals *terminals)
{
    struct terminals_total total = {0};
    lock_take(&terminals->lock);
    for (size_t i = 0; i < terminals->n; i++) {
        const struct terminal_state *state = &terminals->at[i];
        total.frames_stored += state->frames_stored;
        total.frames_rejected += state->frames_rejected;
        if (state->last_frame_ms > total.last_frame_ms)
            total.last_frame_ms = state->last_frame_ms;
    }
    lock_give(&terminals->lock);
    return total;
}
