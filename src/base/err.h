/* err.h - the one set of error classes, so that every door of the house speaks alike.
 *
 * A class is something a caller can act on; the details for a person go into `struct
 * diag` (diag.h) where a person wrote the input.  ERR_OK is zero, so `if (!e)` is the
 * happy path. */
#ifndef HEATNET_BASE_ERR_H
#define HEATNET_BASE_ERR_H

#define MUST_USE __attribute__((warn_unused_result))

#define ERR_LIST(X)                                                                      \
    X(ERR_OK, "ok")                                                                      \
    X(ERR_SHORT, "more bytes are needed")                                                \
    X(ERR_FRAME, "the bytes do not have the expected form")                              \
    X(ERR_CHECK, "the check code does not fit the bytes")                                \
    X(ERR_RANGE, "a value is outside its limits")                                        \
    X(ERR_TYPE, "a value has the wrong type or unit")                                    \
    X(ERR_UNKNOWN, "there is no such thing")                                             \
    X(ERR_DUPLICATE, "it is there already")                                              \
    X(ERR_DENIED, "not allowed")                                                         \
    X(ERR_BUSY, "busy, try again")                                                       \
    X(ERR_FULL, "a limit of this program is reached")                                    \
    X(ERR_SPACE, "no space is left on the disk")                                         \
    X(ERR_IO, "the operating system reported an error")                                  \
    X(ERR_TIMEOUT, "no answer in time")                                                  \
    X(ERR_REFUSED, "the other side refused")                                             \
    X(ERR_CLOSED, "the other side closed the connection")                                \
    X(ERR_CORRUPT, "stored data is damaged")                                             \
    X(ERR_MEMORY, "out of memory")                                                       \
    X(ERR_VERSION, "made by a version that this one does not know")                      \
    X(ERR_STATE, "not possible in the present state")

#define ERR_ENUM_ROW(name, text) name,

typedef enum err { ERR_LIST(ERR_ENUM_ROW) ERR_N } err;

#undef ERR_ENUM_ROW

/* The class as a short English sentence; never NULL. */
const char *err_text(err e);

/* The class as its name without the prefix in lower case ("short", "denied"), for logs
 * and API answers; never NULL. */
const char *err_name(err e);

/* The class that fits an errno (ENOSPC and EDQUOT: ERR_SPACE; ENOENT: ERR_UNKNOWN;
 * ETIMEDOUT: ERR_TIMEOUT; EACCES, EPERM: ERR_DENIED; ...; otherwise ERR_IO). */
err err_from_errno(int errno_value);

#endif
