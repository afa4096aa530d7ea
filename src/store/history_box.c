/* history_box.c - see the header. */
#include "store/history_box.h"

#include "base/ensure.h"
#include "store/history_segment.h"

#include <string.h>

enum { SEALED = 129, HEAD_BYTES = 5, PLACE_BYTES = 13 };

void history_box_open(struct history_box *box, struct seal *seal)
{
    *box = (struct history_box){.seal = seal};
    buffer_open(&box->plain, SEGMENT_BYTES_MAX);
}

void history_box_close(struct history_box *box)
{
    buffer_close(&box->plain);
}

static struct bytes place_bytes(const struct history_place *place,
                                uint8_t out[PLACE_BYTES])
{
    out[0] = (uint8_t)place->kind;
    for (int i = 0; i < 4; i++) out[1 + i] = (uint8_t)(place->device >> 8 * i);
    for (int i = 0; i < 8; i++) out[5 + i] = (uint8_t)((uint64_t)place->day_ms >> 8 * i);
    return (struct bytes){out, PLACE_BYTES};
}

err history_box_put(struct history_box *box, const struct history_place *place,
                    struct buffer *blob)
{
    if (!box->seal || blob->broken) return blob->broken;
    size_t n = blob->n;
    uint32_t key = seal_key(box->seal);
    if (!buffer_extend(blob, HEAD_BYTES + SEAL_EXTRA_BYTES)) return blob->broken;
    memmove(blob->at + HEAD_BYTES + SEAL_NONCE_BYTES, blob->at, n);
    for (int i = 0; i < 4; i++) blob->at[i] = (uint8_t)(key >> 8 * i);
    blob->at[4] = SEALED;
    uint8_t out[PLACE_BYTES];
    return seal_close_block(box->seal, key, place_bytes(place, out),
                            blob->at + HEAD_BYTES, n);
}

err history_box_take(struct history_box *box, const struct history_place *place,
                     struct bytes blob, struct bytes *plain)
{
    if (blob.n < HEAD_BYTES || blob.at[4] != SEALED) {
        *plain = blob;
        return ERR_OK;
    }
    if (!box->seal) return ERR_DENIED;
    uint32_t key = 0;
    struct bytes head = {NULL, 0};
    bool fits = bytes_take_u32_le(&blob, &key) && bytes_take(&blob, 1, &head);
    ensure(fits);
    if (blob.n < SEAL_EXTRA_BYTES) return ERR_CORRUPT;
    buffer_clear(&box->plain);
    uint8_t out[PLACE_BYTES];
    uint8_t *to = buffer_extend(&box->plain, blob.n - SEAL_EXTRA_BYTES);
    if (!to && blob.n > SEAL_EXTRA_BYTES) return box->plain.broken;
    err e = seal_open_block(box->seal, key, place_bytes(place, out), blob, to);
    *plain = buffer_bytes(&box->plain);
    return e == ERR_CHECK || e == ERR_SHORT ? ERR_CORRUPT : e;
}
