/* modem_pattern.h - what a modem says when it registers, and what its heartbeats are;
 * pure.
 *
 * A pattern is text with fields; '|' stands between alternatives:
 *
 *   REG:{digits:11}\r\n      a phone number between fixed texts
 *   {digits:15}              an IMEI;  {digits}: 4 .. 20 digits, to the first other byte
 *   \x7E\x01{bcd:6}\x0D      12 digits as BCD;  {hex:4}: four bytes, named by their hex
 *   {bytes:8}                the first eight bytes: the text, or their hex when not one
 *   ID={text};               up to the fixed bytes behind it
 *   www.example.com          fixed: the modem is named by its network address
 *   {any:2}                  two bytes of any value, which name nothing
 *
 * Escapes: \r \n \t \\ \{ \| \xHH.  Fields of a pattern make up the name together.
 *
 * Heartbeats are taken out of the stream of bytes wherever they stand; a pattern that is
 * shorter than MODEM_HEARTBEAT_SURE bytes only where nothing else came with it, because a
 * telegram may well contain those bytes.  A heartbeat cut in two is put together: its
 * beginning is held back until the rest comes or the line has been quiet. */
#ifndef HEATNET_LINK_MODEM_PATTERN_H
#define HEATNET_LINK_MODEM_PATTERN_H

#include "base/bytes.h"
#include "base/err.h"
#include "link/modems.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MODEM_PATTERNS_MAX = 6,
    MODEM_PARTS_MAX = 6,
    MODEM_LITERAL_BYTES = 64, /* of one pattern, all its fixed bytes */
    MODEM_PACKET_BYTES = 128, /* the longest that any pattern matches */
    MODEM_HEARTBEAT_SURE = 4
};

enum modem_part_kind {
    MODEM_LITERAL,
    MODEM_DIGITS,
    MODEM_BCD,
    MODEM_HEX,
    MODEM_BYTES,
    MODEM_TEXT,
    MODEM_ANY
};

struct modem_part {
    enum modem_part_kind kind;
    uint8_t at, n; /* literal: place and length; otherwise bytes, 0 = open */
};

struct modem_pattern {
    size_t parts_n, literal_n;
    struct modem_part parts[MODEM_PARTS_MAX];
    uint8_t literal[MODEM_LITERAL_BYTES];
};

struct modem_patterns {
    size_t n;
    struct modem_pattern at[MODEM_PATTERNS_MAX];
};

/* ERR_RANGE: `why` says what is wrong; *patterns is set only on success. */
MUST_USE err modem_patterns_parse(const char *text, struct modem_patterns *patterns,
                                  char *why, size_t why_n);

/* Does `in` begin with one of them?  ERR_OK: *used bytes are it, `name` is its fields'
 * text ("" = no field).  ERR_SHORT: it may become one.  ERR_FRAME: never.  `quiet`:
 * nothing more came for a while, an open field at the end is complete. */
MUST_USE err modem_patterns_match(const struct modem_patterns *patterns, struct bytes in,
                                  bool quiet, size_t *used, char name[MODEM_NAME_BYTES]);

/* The stream without its heartbeats: `in` is what was held back and what came. */
struct modem_stripped {
    uint8_t *out;  /* the caller's room for in.n bytes */
    size_t kept_n; /* bytes in `out`, which go on */
    size_t held_n; /* the last bytes of `in`: to be given again with what comes next */
    size_t beats_n;
};

/* `quiet`: nothing is held. */
void modem_heartbeats_strip(const struct modem_patterns *heartbeats, struct bytes in,
                            bool quiet, struct modem_stripped *stripped);

#endif
