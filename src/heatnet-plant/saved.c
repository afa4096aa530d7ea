/* saved.c - write and read the plant's state. */
#include "heatnet-plant/saved.h"

#include "base/crc32c.h"
#include "base/ensure.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "heatnet-plant/faults.h"

#include <string.h>

/* Raise the digit when the meaning of struct plant changes but not its size. */
static const char magic[8] = "HNPLANT1";

enum { HEAD_BYTES = sizeof magic + 8, FILE_BYTES_MAX = 4 * 1024 * 1024 };

err saved_write(const char *path, const struct plant *plant)
{
    struct buffer file;

    buffer_open(&file, FILE_BYTES_MAX);
    buffer_put(&file, (struct bytes){(const uint8_t *)magic, sizeof magic});
    buffer_put_u64_le(&file, sizeof *plant);
    buffer_put(&file, (struct bytes){(const uint8_t *)plant, sizeof *plant});
    if (!file.broken) buffer_put_u32_le(&file, crc32c(buffer_bytes(&file)));
    err e = file.broken;
    if (!e) e = file_replace(path, buffer_bytes(&file));
    buffer_close(&file);
    return e;
}

static err check(struct bytes file, uint64_t *struct_bytes)
{
    struct bytes rest = file, head, body;
    uint32_t code;

    if (!bytes_take(&rest, sizeof magic, &head) || memcmp(head.at, magic, head.n) != 0)
        return ERR_VERSION;
    if (!bytes_take_u64_le(&rest, struct_bytes)) return ERR_CORRUPT;
    if (*struct_bytes != sizeof(struct plant)) return ERR_VERSION;
    if (!bytes_take(&rest, sizeof(struct plant), &body)) return ERR_CORRUPT;
    if (!bytes_take_u32_le(&rest, &code) || rest.n != 0) return ERR_CORRUPT;
    return crc32c((struct bytes){file.at, file.n - 4}) == code ? ERR_OK : ERR_CORRUPT;
}

static err from_bytes(struct bytes file, uint64_t seed, struct plant **plant)
{
    uint64_t struct_bytes;

    err e = check(file, &struct_bytes);
    if (e) return e;
    struct plant *p = memory_new(1, sizeof *p);
    if (!p) return ERR_MEMORY;
    memcpy(p, file.at + HEAD_BYTES, sizeof *p);
    if (p->seed != seed) {
        memory_free(p);
        return ERR_VERSION;
    }
    network_build(&p->network); /* the saved one points into the process that is gone */
    fault_mend_all(p);
    *plant = p;
    return ERR_OK;
}

err saved_read(const char *path, uint64_t seed, struct plant **plant)
{
    struct buffer file;

    buffer_open(&file, FILE_BYTES_MAX);
    err e = file_read_whole(path, &file);
    if (!e) e = from_bytes(buffer_bytes(&file), seed, plant);
    buffer_close(&file);
    return e;
}

err saved_or_new(const char *path, uint64_t seed, struct saved_span span,
                 struct plant **plant)
{
    struct plant *saved = NULL;

    if (path[0]) {
        err e = saved_read(path, seed, &saved);
        if (e && e != ERR_UNKNOWN)
            log_event(LOG_WARNING, "plant", "state_not_used", "error=%s", err_name(e));
    }
    int64_t oldest_s = span.from_s - (int64_t)SAVED_DAYS_MAX * 86400;
    if (!saved || saved->utc_s < oldest_s || saved->utc_s > span.now_s) {
        plant_close(saved);
        return plant_open(seed, span.from_s, plant);
    }
    while (saved->utc_s < span.from_s) plant_step(saved);
    *plant = saved;
    return ERR_OK;
}
