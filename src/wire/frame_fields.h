/* frame_fields.h - the field numbers of proto/uplink.proto, for the codec alone. */
#ifndef HEATNET_WIRE_FRAME_FIELDS_H
#define HEATNET_WIRE_FRAME_FIELDS_H

enum { UPLOAD_ENVELOPES = 1 };

enum { ENVELOPE_FRAME = 1, ENVELOPE_CHECK_CODE = 2 };

enum {
    FRAME_VERSION_FIELD = 1,
    FRAME_TERMINAL = 2,
    FRAME_SPOOL = 3,
    FRAME_SEQUENCE = 4,
    FRAME_TRANSMITTED = 5,
    FRAME_STATUS = 6,
    FRAME_BLOCKS = 7,
    FRAME_TERMINAL_STATUS = 8
};

enum {
    STATUS_DEVICE = 1,
    STATUS_STATE = 2,
    STATUS_SINCE = 3,
    STATUS_ANSWERED = 4,
    STATUS_POLLS = 5,
    STATUS_FAILURES = 6,
    STATUS_RESPONSE = 7,
    STATUS_ERROR = 8
};

enum {
    TERMINAL_STARTED = 1,
    TERMINAL_SPOOL_FRAMES = 2,
    TERMINAL_SPOOL_BYTES = 3,
    TERMINAL_DROPPED = 4,
    TERMINAL_MISSED = 5,
    TERMINAL_MEMORY = 6,
    TERMINAL_VERSION = 7
};

enum {
    BLOCK_DEVICE = 1,
    BLOCK_TIMES = 2,
    BLOCK_POINTS = 3,
    BLOCK_SCALES = 4,
    BLOCK_VALUES = 5,
    BLOCK_QUALITIES = 6
};

enum { ANSWER_VERDICTS = 1, ANSWER_SERVER_MS = 2, ANSWER_CONFIGURATION = 3 };

enum { VERDICT_SEQUENCE = 1, VERDICT_RESULT = 2, VERDICT_TEXT = 3 };

/* Texts for a person are cut to this, at a whole character. */
enum { FRAME_TEXT_BYTES_MAX = 240 };

#endif
