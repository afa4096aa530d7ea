/* answer.c - the server's verdicts, out and in. */
#include "base/ensure.h"
#include "base/text.h"
#include "wire/frame.h"
#include "wire/frame_block.h"
#include "wire/frame_fields.h"
#include "wire/protobuf.h"

#include <string.h>

err answer_encode(const struct answer *answer, struct buffer *out)
{
    ensure(answer != NULL);
    ensure(out != NULL);
    for (size_t i = 0; i < answer->verdicts_n; i++) {
        const struct verdict *verdict = &answer->verdicts[i];
        size_t begun = protobuf_begin(out, ANSWER_VERDICTS);
        protobuf_put_number(out, VERDICT_SEQUENCE, verdict->sequence);
        protobuf_put_number(out, VERDICT_RESULT, (uint64_t)verdict->result);
        protobuf_put_text(out, VERDICT_TEXT, verdict->text);
        protobuf_end(out, begun);
    }
    protobuf_put_number(out, ANSWER_SERVER_MS, (uint64_t)answer->server_ms);
    protobuf_put_number(out, ANSWER_CONFIGURATION, answer->configuration);
    return out->broken;
}

static bool read_verdict(struct bytes in, struct verdict *verdict)
{
    while (in.n > 0) {
        struct protobuf_field field;
        if (!protobuf_next(&in, &field)) return false;
        bool varint = field.type == PROTOBUF_VARINT;
        if (field.number == VERDICT_SEQUENCE && varint) verdict->sequence = field.value;
        if (field.number == VERDICT_RESULT && varint)
            verdict->result = field.value <= UPLOAD_LATER
                                  ? (enum upload_result)field.value
                                  : UPLOAD_NONE;
        if (field.number != VERDICT_TEXT || field.type != PROTOBUF_BYTES) continue;
        const char *text = (const char *)field.bytes.at;
        if (text_is_clean(text, field.bytes.n)) /* too long is cut */
            (void)text_copy_n(verdict->text, sizeof verdict->text, text, field.bytes.n);
    }
    return true;
}

static bool count_verdicts(struct bytes in, size_t *n)
{
    while (in.n > 0) {
        struct protobuf_field field;
        if (!protobuf_next(&in, &field)) return false;
        *n += field.number == ANSWER_VERDICTS && field.type == PROTOBUF_BYTES;
    }
    return true;
}

static bool read_fields(struct bytes in, struct answer *answer)
{
    size_t n = 0;
    while (in.n > 0) {
        struct protobuf_field field;
        ensure(protobuf_next(&in, &field)); /* as when counted */
        bool varint = field.type == PROTOBUF_VARINT;
        if (field.number == ANSWER_SERVER_MS && varint)
            answer->server_ms = (int64_t)field.value;
        if (field.number == ANSWER_CONFIGURATION && varint)
            answer->configuration = field.value;
        if (field.number != ANSWER_VERDICTS || field.type != PROTOBUF_BYTES) continue;
        ensure(answer->verdicts != NULL && n < answer->verdicts_n);
        if (!read_verdict(field.bytes, &answer->verdicts[n++])) return false;
    }
    return true;
}

err answer_decode(struct bytes bytes, struct arena *arena, struct answer *answer)
{
    ensure(arena != NULL);
    ensure(answer != NULL);
    struct answer found = {0};
    if (!count_verdicts(bytes, &found.verdicts_n)) return ERR_FRAME;
    if (found.verdicts_n > ANSWER_VERDICTS_MAX) return ERR_RANGE;
    if (found.verdicts_n > 0) {
        found.verdicts = arena_new(arena, found.verdicts_n, sizeof *found.verdicts);
        if (found.verdicts == NULL) return ERR_MEMORY;
    }
    if (!read_fields(bytes, &found)) return ERR_FRAME;
    *answer = found;
    return ERR_OK;
}
