/* upload.c - see upload.h. */
#include "serve/upload.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"

enum {
    /* A number takes a byte on the wire at least and 9 in a block; the rest is overhead.
     */
    ARENA_BYTES_LEAST = 1 << 20,
    ARENA_FACTOR = 12,
    WHY_BYTES = 160
};

err upload_open(struct upload **upload)
{
    struct upload *made = memory_new(1, sizeof *made);
    if (!made) return ERR_MEMORY;
    arena_open(&made->arena, ARENA_BYTES_LEAST);
    buffer_open(&made->answer, ARENA_BYTES_LEAST);
    *upload = made;
    return ERR_OK;
}

void upload_fill(struct upload *upload, struct buffer *body, const char *terminal)
{
    upload->body = *body;
    *body = (struct buffer){.bytes_max = body->bytes_max};
    upload->arena.bytes_max = ARENA_BYTES_LEAST + ARENA_FACTOR * upload->body.n;
    text_copy(upload->terminal, sizeof upload->terminal, terminal);
}

void upload_clear(struct upload *upload)
{
    buffer_close(&upload->body);
    buffer_close(&upload->answer);
    arena_clear(&upload->arena, ARENA_BYTES_LEAST);
    *upload = (struct upload){.arena = upload->arena};
    buffer_open(&upload->answer, ARENA_BYTES_LEAST);
}

void upload_close(struct upload *upload)
{
    if (!upload) return;
    buffer_close(&upload->body);
    buffer_close(&upload->answer);
    arena_close(&upload->arena);
    memory_free(upload);
}

static void refuse(struct upload_item *item, const char *what, uint32_t number)
{
    item->verdict = RAWLOG_REFUSED;
    text_format(item->why, sizeof item->why, "%s %u is not this terminal's", what,
                (unsigned)number);
}

/* Columns mostly come in the catalog's own order, so the next point is tried first. */
static bool points_are_of(const struct block *block, const struct device *device,
                          const struct catalog *catalog, uint32_t *wrong)
{
    size_t next = 0;
    for (size_t c = 0; c < block->columns_n; c++) {
        uint32_t id = block->points[c];
        while (next < device->point_n &&
               catalog->points[device->point_first + next].id < id)
            next++;
        if (next < device->point_n &&
            catalog->points[device->point_first + next].id == id)
            continue;
        const struct point *point = catalog_point(catalog, id);
        if (point && point->device == device->id) continue;
        *wrong = id;
        return false;
    }
    return true;
}

static const struct device *own_device(const struct catalog *catalog, uint32_t id,
                                       uint32_t terminal)
{
    const struct device *device = catalog_device(catalog, id);
    return device && device->terminal == terminal ? device : NULL;
}

/* May this terminal send that frame? */
static void judge(struct upload_item *item, const struct upload *upload,
                  const struct catalog *catalog)
{
    const struct frame *frame = &item->frame;
    const struct terminal *terminal = catalog_terminal_by_code(catalog, upload->terminal);
    if (!terminal || !text_equal(frame->terminal, upload->terminal)) {
        item->verdict = RAWLOG_REFUSED;
        text_copy(item->why, sizeof item->why, "the frame names another terminal");
        return;
    }
    if (!frame->sequence) {
        item->verdict = RAWLOG_REFUSED;
        text_copy(item->why, sizeof item->why, "the sequence number is missing");
        return;
    }
    for (size_t i = 0; i < frame->status_n; i++) {
        if (own_device(catalog, frame->status[i].device, terminal->id)) continue;
        refuse(item, "device", frame->status[i].device);
        return;
    }
    for (size_t i = 0; i < frame->blocks_n; i++) {
        const struct block *block = &frame->blocks[i];
        const struct device *device = own_device(catalog, block->device, terminal->id);
        uint32_t wrong = 0;
        if (device && points_are_of(block, device, catalog, &wrong)) continue;
        refuse(item, device ? "point" : "device", device ? wrong : block->device);
        return;
    }
}

/* Read the head as far as possible, so that the log and the answer can name the frame. */
static void damaged(struct upload_item *item, struct bytes frame_bytes, const char *why)
{
    item->verdict = RAWLOG_DAMAGED;
    struct frame head = {0};
    if (!frame_decode_head(frame_bytes, &head)) item->frame = head;
    text_copy(item->why, sizeof item->why, why);
}

static void read_item(struct upload *upload, struct upload_item *item,
                      struct bytes frame_bytes, err checked)
{
    char why[WHY_BYTES] = "";
    item->verdict = RAWLOG_STORED;
    if (checked) {
        damaged(item, frame_bytes, "the check code does not fit");
        return;
    }
    err e = frame_decode(frame_bytes, &upload->arena, &item->frame, why);
    if (!e) return;
    damaged(item, frame_bytes, why[0] ? why : err_text(e));
    if (e == ERR_MEMORY) item->later = true;
    if (e == ERR_VERSION || e == ERR_RANGE) item->verdict = RAWLOG_REFUSED;
}

/* How many envelopes; ERR_FRAME when the body is no Upload, ERR_FULL when too many. */
static err count(struct bytes rest, size_t *n)
{
    struct bytes envelope, frame_bytes;
    uint32_t check_code;
    for (*n = 0;; ++*n) {
        err e = upload_next(&rest, &envelope, &frame_bytes, &check_code);
        if (e == ERR_SHORT) return ERR_OK;
        if (e && e != ERR_CHECK) return e;
        if (*n == UPLOAD_ENVELOPES_MAX) return ERR_FULL;
    }
}

static void read_malformed(struct upload *upload)
{
    struct upload_item *item = &upload->items[0];
    upload->malformed = true;
    upload->items_n = 1;
    item->envelope = buffer_bytes(&upload->body);
    damaged(item, (struct bytes){0}, "the body is not an upload");
}

err upload_read(struct upload *upload, const struct catalog *catalog)
{
    struct bytes rest = buffer_bytes(&upload->body);
    size_t n = 0;
    err e = count(rest, &n);
    if (e == ERR_FULL) return e;
    if (!e && !n) return ERR_OK;
    upload->items = arena_new(&upload->arena, e ? 1 : n, sizeof *upload->items);
    if (!upload->items) return ERR_MEMORY;
    if (e) {
        read_malformed(upload);
        return ERR_OK;
    }
    for (; upload->items_n < n; upload->items_n++) {
        struct upload_item *item = &upload->items[upload->items_n];
        struct bytes frame_bytes = {0};
        e = upload_next(&rest, &item->envelope, &frame_bytes, &item->check_code);
        read_item(upload, item, frame_bytes, e);
        if (catalog && item->verdict == RAWLOG_STORED) judge(item, upload, catalog);
    }
    return ERR_OK;
}

err upload_decode(struct bytes envelope, struct arena *arena, struct frame *frame)
{
    struct bytes whole, frame_bytes;
    uint32_t check_code;
    err e = upload_next(&envelope, &whole, &frame_bytes, &check_code);
    if (!e) e = frame_decode(frame_bytes, arena, frame, NULL);
    return e;
}
