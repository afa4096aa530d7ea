/* link_modem_pattern_fuzz.c - any text as patterns, any bytes as what a modem sends.
 *
 * The input is patterns, a 0, and a stream that is given in pieces: a byte with the
 * length of a piece and its bytes.  Properties: what is used is there; a name is "" or a
 * good one; the stream's bytes are kept, held or a heartbeat's, and none is held when it
 * is quiet. */
#include "base/bytes.h"
#include "base/ensure.h"
#include "link/modem_pattern.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXT_BYTES = 256, PIECE_MAX = 255, ROOM = MODEM_PACKET_BYTES + PIECE_MAX };

static void check_match(const struct modem_patterns *patterns, struct bytes in,
                        bool quiet)
{
    char name[MODEM_NAME_BYTES];
    size_t used = 0;

    if (modem_patterns_match(patterns, in, quiet, &used, name)) return;
    ensure(used <= in.n);
    ensure(name[0] == 0 || modem_name_is_good(name));
}

static void feed(const struct modem_patterns *patterns, struct bytes in)
{
    uint8_t stream[ROOM], out[ROOM], n = 0;
    struct modem_stripped s = {.out = out};
    size_t have = 0;
    struct bytes piece;

    while (bytes_take_u8(&in, &n) && bytes_take(&in, n, &piece)) {
        memcpy(stream + have, piece.at, piece.n);
        have += piece.n;
        check_match(patterns, (struct bytes){stream, have}, n % 2);
        modem_heartbeats_strip(patterns, (struct bytes){stream, have}, false, &s);
        ensure(s.kept_n + s.held_n <= have && s.held_n <= MODEM_PACKET_BYTES);
        memmove(stream, stream + have - s.held_n, s.held_n);
        have = s.held_n;
    }
    modem_heartbeats_strip(patterns, (struct bytes){stream, have}, true, &s);
    ensure(s.held_n == 0 && s.kept_n <= have);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[TEXT_BYTES];
    const uint8_t *end = size ? memchr(data, 0, size) : NULL;
    struct modem_patterns patterns;

    if (!end || (size_t)(end - data) >= sizeof text) return 0;
    memcpy(text, data, (size_t)(end - data) + 1);
    if (modem_patterns_parse(text, &patterns, NULL, 0)) return 0;
    feed(&patterns, (struct bytes){end + 1, size - (size_t)(end - data) - 1});
    return 0;
}
