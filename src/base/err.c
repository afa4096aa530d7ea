/* err.c - the texts and names of the error classes, and what errno means among them. */
#include "base/err.h"

#include "base/ensure.h"

#include <errno.h>
#include <stddef.h>

#define TEXT_ROW(name, text) [name] = text,
static const char *const texts[ERR_N] = {ERR_LIST(TEXT_ROW)};
#undef TEXT_ROW

static const char *const names[ERR_N] = {
    [ERR_OK] = "ok",           [ERR_SHORT] = "short",         [ERR_FRAME] = "frame",
    [ERR_CHECK] = "check",     [ERR_RANGE] = "range",         [ERR_TYPE] = "type",
    [ERR_UNKNOWN] = "unknown", [ERR_DUPLICATE] = "duplicate", [ERR_DENIED] = "denied",
    [ERR_BUSY] = "busy",       [ERR_FULL] = "full",           [ERR_SPACE] = "space",
    [ERR_IO] = "io",           [ERR_TIMEOUT] = "timeout",     [ERR_REFUSED] = "refused",
    [ERR_CLOSED] = "closed",   [ERR_CORRUPT] = "corrupt",     [ERR_MEMORY] = "memory",
    [ERR_VERSION] = "version", [ERR_STATE] = "state",
};

static const struct {
    int errno_value;
    err class;
} errnos[] = {
    {ENOSPC,       ERR_SPACE    },
    {EDQUOT,       ERR_SPACE    },
    {ENOENT,       ERR_UNKNOWN  },
    {ENOTDIR,      ERR_UNKNOWN  },
    {ENXIO,        ERR_UNKNOWN  },
    {ENODEV,       ERR_UNKNOWN  },
    {EEXIST,       ERR_DUPLICATE},
    {EADDRINUSE,   ERR_BUSY     },
    {EACCES,       ERR_DENIED   },
    {EPERM,        ERR_DENIED   },
    {EROFS,        ERR_DENIED   },
    {EAGAIN,       ERR_BUSY     },
    {EBUSY,        ERR_BUSY     },
    {ETXTBSY,      ERR_BUSY     },
    {EMFILE,       ERR_FULL     },
    {ENFILE,       ERR_FULL     },
    {EFBIG,        ERR_FULL     },
    {ENAMETOOLONG, ERR_RANGE    },
    {ERANGE,       ERR_RANGE    },
    {ETIMEDOUT,    ERR_TIMEOUT  },
    {ECONNREFUSED, ERR_REFUSED  },
    {EHOSTUNREACH, ERR_REFUSED  },
    {ENETUNREACH,  ERR_REFUSED  },
    {ECONNRESET,   ERR_CLOSED   },
    {ECONNABORTED, ERR_CLOSED   },
    {ENOTCONN,     ERR_CLOSED   },
    {EPIPE,        ERR_CLOSED   },
    {ENOMEM,       ERR_MEMORY   },
};

const char *err_text(err e)
{
    if ((unsigned)e >= ERR_N) return "an unknown error";
    return texts[e];
}

const char *err_name(err e)
{
    if ((unsigned)e >= ERR_N || !names[e]) return "invalid";
    return names[e];
}

err err_from_errno(int errno_value)
{
    for (size_t i = 0; i < COUNT(errnos); i++) {
        if (errnos[i].errno_value == errno_value) return errnos[i].class;
    }
    return ERR_IO;
}
