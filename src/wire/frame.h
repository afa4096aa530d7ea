/* frame.h - the upload frame 报文 of proto/uplink.proto as plain structs.
 *
 * Pure: bytes in, structs out of an arena, and back.  Source of the fields:
 * clause 5.1.4.3 (transmission time, metering data, check code, device status).
 * docs/uplink.md has the rules of the value columns; decode(encode(x)) == x bit for bit,
 * but: an absent value is always NaN; a value that is not finite becomes absent
 * (QUALITY_NOT_A_NUMBER); texts for people are cut at 240 bytes and cleaned.
 *
 * Written and read by hand (protobuf.h), without the generated code: the tests hold it
 * against protobuf-c, which is a dependency of the tests only. */
#ifndef HEATNET_WIRE_FRAME_H
#define HEATNET_WIRE_FRAME_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "model/block.h"
#include "model/catalog.h"

#include <stdbool.h>

enum {
    FRAME_BYTES_MAX = 4 * 1024 * 1024, /* encoded */
    FRAME_BLOCKS_MAX = 20000,
    FRAME_STATUS_MAX = 20000,
    ANSWER_VERDICTS_MAX = 20000,
    FRAME_VERSION = 1
};

enum device_state { DEVICE_STATE_NONE, DEVICE_ONLINE, DEVICE_PARTIAL, DEVICE_OFFLINE };

struct device_status {
    uint32_t device;
    enum device_state state;
    int64_t since_ms, answered_ms; /* UTC; answered 0 = never */
    uint32_t polls, failures, response_ms;
    const char *error; /* "" = none */
};

struct terminal_status {
    int64_t started_ms;
    uint64_t spool_frames, spool_bytes, dropped_frames, missed_polls, memory_bytes;
    const char *version;
};

struct frame {
    char terminal[CATALOG_CODE_BYTES];
    uint64_t spool, sequence;
    int64_t transmitted_ms;
    size_t status_n, blocks_n;
    struct device_status *status;
    struct block *blocks;
    bool has_terminal_status;
    struct terminal_status terminal_status;
};

/* Append the frame as an Upload of one envelope; on error the buffer is as before.
 * ERR_FULL: over FRAME_BYTES_MAX or the buffer's maximum.  ERR_RANGE: no terminal,
 * sequence 0, a status of device 0, over a limit above, a faulty block (block.h). */
MUST_USE err frame_encode(const struct frame *frame, struct buffer *upload);

/* Take the next envelope of an upload body: *frame_bytes is its `frame` field, *envelope
 * the envelope's bytes (field header included: itself an Upload of one, what the raw log
 * keeps).  ERR_SHORT: none is left.  ERR_FRAME: not an Upload.  ERR_CHECK: the check code
 * does not fit; both outputs are set and the cursor stands after it. */
MUST_USE err upload_next(struct bytes *upload, struct bytes *envelope,
                         struct bytes *frame_bytes, uint32_t *check_code);

/* Decode one frame; everything it points to is in the arena.  `why` (may be NULL, 160
 * bytes) gets a sentence on error.  ERR_FRAME, ERR_RANGE (limits above), ERR_VERSION,
 * ERR_MEMORY. */
MUST_USE err frame_decode(struct bytes frame_bytes, struct arena *arena,
                          struct frame *frame, char *why);

/* Only terminal, spool, sequence, transmitted_ms: cheap, for receiving and listing. */
MUST_USE err frame_decode_head(struct bytes frame_bytes, struct frame *frame);

enum upload_result {
    UPLOAD_NONE,
    UPLOAD_STORED,
    UPLOAD_DUPLICATE,
    UPLOAD_DAMAGED,
    UPLOAD_REFUSED,
    UPLOAD_LATER
};

struct verdict {
    uint64_t sequence;
    enum upload_result result;
    char text[160];
};

struct answer {
    size_t verdicts_n;
    struct verdict *verdicts;
    int64_t server_ms;
    uint64_t configuration;
};

MUST_USE err answer_encode(const struct answer *answer, struct buffer *out);
MUST_USE err answer_decode(struct bytes bytes, struct arena *arena,
                           struct answer *answer);

#endif
