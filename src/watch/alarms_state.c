/* alarms_state.c - the states of all points as blobs, one a device.
 *
 *   blob    1 lost_ms state_ms late_ms n { point }
 *   point   id sight newest_ms last_value last_change_ms bits { stage } x 6 n { late run
 * } stage   phase, and unless it is normal: since_ms extreme late    kind bit+1 raised_ms
 * last_ms extreme
 *
 * Numbers are varints (times zigzag, relative to newest_ms), values 8 bytes; only points
 * that have had a sample are in it.  Device 0 holds the number of the save. */
#include "watch/alarms_internal.h"

#include "base/bytes.h"
#include "base/ensure.h"
#include "watch/alarm_records.h"

#include <string.h>

enum { FORM = 1, STAGES_N = 6, BLOB_BYTES_MAX = 4 * 1024 * 1024 };

static struct alarm_stage *stage_of(struct alarm_state *state, size_t i)
{
    if (i < COUNT(state->limit)) return &state->limit[i];
    return i == COUNT(state->limit) ? &state->implausible : &state->frozen;
}

static void put_double(struct buffer *out, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    buffer_put_u64_le(out, bits);
}

static bool take_double(struct bytes *in, double *value)
{
    uint64_t bits;
    if (!bytes_take_u64_le(in, &bits)) return false;
    memcpy(value, &bits, sizeof bits);
    return true;
}

/* --- writing ------------------------------------------------------------------------ */

static void put_runs(struct buffer *out, const struct alarms_world *world,
                     const struct watch *watch)
{
    uint64_t n = 0;
    uint32_t at_1;
    for (at_1 = watch->late_1; at_1; at_1 = world->runs[at_1 - 1].next_1) n++;
    buffer_put_varint(out, n);
    for (at_1 = watch->late_1; at_1; at_1 = world->runs[at_1 - 1].next_1) {
        const struct late_run *run = &world->runs[at_1 - 1];
        buffer_put_u8(out, (uint8_t)run->kind);
        buffer_put_u8(out, (uint8_t)(run->bit + 1));
        buffer_put_varint_i64(out, run->raised_ms);
        buffer_put_varint_i64(out, run->last_ms);
        put_double(out, run->extreme);
    }
}

static void put_point(struct buffer *out, struct alarms_world *world, struct watch *watch)
{
    struct alarm_state *state = &watch->state;
    buffer_put_varint(out, watch->point);
    buffer_put_u8(out, state->blind);
    buffer_put_varint_i64(out, state->newest_ms);
    put_double(out, state->last_value);
    buffer_put_varint_i64(out, state->last_change_ms);
    buffer_put_varint(out, state->bits);
    for (size_t i = 0; i < STAGES_N; i++) {
        const struct alarm_stage *stage = stage_of(state, i);
        buffer_put_u8(out, stage->phase);
        if (stage->phase == 0) continue;
        buffer_put_varint_i64(out, stage->since_ms - state->newest_ms);
        put_double(out, stage->extreme);
    }
    put_runs(out, world, watch);
}

static void put_device(struct buffer *out, struct alarms_world *world,
                       const struct device_watch *device)
{
    uint64_t n = 0;
    struct watch *watches = &world->watches[device->first];
    for (uint32_t i = 0; i < device->n; i++) n += watches[i].state.newest_ms != 0;
    buffer_clear(out);
    buffer_put_u8(out, FORM);
    buffer_put_varint_i64(out, device->lost_ms);
    buffer_put_varint_i64(out, device->state_ms);
    buffer_put_varint_i64(out, device->late_ms);
    buffer_put_varint(out, n);
    for (uint32_t i = 0; i < device->n; i++) {
        if (watches[i].state.newest_ms != 0) put_point(out, world, &watches[i]);
    }
}

static err keep_number(void *context, uint32_t device, struct bytes state)
{
    uint64_t number;
    if (device == 0 && bytes_take_u64_le(&state, &number)) *(uint64_t *)context = number;
    return ERR_OK;
}

/* When the database does not hold our last save, its transaction was rolled back: all
 * that it marked clean is not. */
static err mark_lost_save(struct alarms *alarms, struct database *database)
{
    uint64_t number = 0;
    err e = alarm_records_load_number(database, keep_number, &number);
    if (e || number == alarms->save_number) return e;
    for (size_t i = 0; i < alarms->world.catalog->devices_n; i++)
        alarms->world.devices[i].dirty = true;
    return ERR_OK;
}

static err save_number(struct alarms *alarms, struct database *database,
                       struct buffer *out)
{
    buffer_clear(out);
    buffer_put_u64_le(out, ++alarms->save_number);
    if (out->broken) return out->broken;
    return alarm_records_save_state(database, 0, buffer_bytes(out));
}

err states_save(struct alarms *alarms, struct database *database)
{
    struct alarms_world *world = &alarms->world;
    struct buffer blob;
    buffer_open(&blob, BLOB_BYTES_MAX);
    err e = mark_lost_save(alarms, database);
    for (size_t i = 0; !e && i < world->catalog->devices_n; i++) {
        struct device_watch *device = &world->devices[i];
        if (!device->dirty) continue;
        put_device(&blob, world, device);
        e = blob.broken;
        if (!e)
            e = alarm_records_save_state(database, world->catalog->devices[i].id,
                                         buffer_bytes(&blob));
        if (!e) device->dirty = false;
    }
    if (!e) e = save_number(alarms, database, &blob);
    if (e) alarms->save_number = UINT64_MAX; /* what was marked clean may be lost */
    buffer_close(&blob);
    return e;
}

/* --- reading ------------------------------------------------------------------------ */

static bool take_stage(struct bytes *in, int64_t newest_ms, struct alarm_stage *stage)
{
    int64_t since_ms;
    *stage = (struct alarm_stage){0};
    if (!bytes_take_u8(in, &stage->phase) || stage->phase > 2) return false;
    if (stage->phase == 0) return true;
    if (!bytes_take_varint_i64(in, &since_ms)) return false;
    stage->since_ms = newest_ms + since_ms;
    return take_double(in, &stage->extreme);
}

static bool take_state(struct bytes *in, struct alarm_state *state)
{
    uint64_t bits;
    *state = (struct alarm_state){0};
    if (!bytes_take_u8(in, &state->blind) || state->blind > ALARM_BLIND) return false;
    if (!bytes_take_varint_i64(in, &state->newest_ms)) return false;
    if (!take_double(in, &state->last_value)) return false;
    if (!bytes_take_varint_i64(in, &state->last_change_ms)) return false;
    if (!bytes_take_varint(in, &bits) || bits > UINT32_MAX) return false;
    state->bits = (uint32_t)bits;
    for (size_t i = 0; i < STAGES_N; i++) {
        if (!take_stage(in, state->newest_ms, stage_of(state, i))) return false;
    }
    return true;
}

static bool take_run(struct bytes *in, struct late_run *run)
{
    uint8_t kind, bit_1;
    if (!bytes_take_u8(in, &kind) || kind >= ALARM_KIND_N) return false;
    if (!bytes_take_u8(in, &bit_1) || bit_1 > ALARM_BITS) return false;
    run->kind = (enum alarm_kind)kind;
    run->bit = bit_1 - 1;
    return bytes_take_varint_i64(in, &run->raised_ms) &&
           bytes_take_varint_i64(in, &run->last_ms) && take_double(in, &run->extreme);
}

/* A point that is no longer watched is read over. */
static bool take_point(struct bytes *in, struct alarms *alarms)
{
    uint64_t id, runs_n;
    struct alarm_state state;
    if (!bytes_take_varint(in, &id) || id > UINT32_MAX) return false;
    if (!take_state(in, &state) || !bytes_take_varint(in, &runs_n)) return false;
    struct watch *watch = world_watch(&alarms->world, (uint32_t)id);
    if (watch) watch->state = state;
    if (watch && alarm_is_pending(&state)) world_mark_pending(&alarms->world, watch);
    for (uint64_t i = 0; i < runs_n; i++) {
        struct late_run run = {.touched_ms = alarms->tick_ms};
        if (!take_run(in, &run)) return false;
        if (watch) (void)late_start(&alarms->world, watch, &run); /* NULL: too many */
    }
    return true;
}

static err load_device(void *context, uint32_t device, struct bytes in)
{
    struct alarms *alarms = context;
    if (device == 0) return keep_number(&alarms->save_number, device, in);
    uint8_t form;
    struct device_watch was = {0};
    uint64_t n;
    if (!bytes_take_u8(&in, &form)) return ERR_CORRUPT;
    if (form != FORM) return ERR_VERSION;
    if (!bytes_take_varint_i64(&in, &was.lost_ms) ||
        !bytes_take_varint_i64(&in, &was.state_ms) ||
        !bytes_take_varint_i64(&in, &was.late_ms) || !bytes_take_varint(&in, &n))
        return ERR_CORRUPT;
    struct device_watch *watch = world_device(&alarms->world, device);
    if (watch) {
        watch->lost_ms = was.lost_ms;
        watch->state_ms = was.state_ms;
        watch->late_ms = was.late_ms;
    }
    for (uint64_t i = 0; i < n; i++) {
        if (!take_point(&in, alarms)) return ERR_CORRUPT;
    }
    return in.n == 0 ? ERR_OK : ERR_CORRUPT;
}

err states_load(struct alarms *alarms, struct database *database)
{
    return alarm_records_load_states(database, load_device, alarms);
}
