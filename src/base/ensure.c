/* ensure.c - how a broken assertion ends: one line on stderr, then a core. */
#include "base/ensure.h"

#include <stdio.h>
#include <stdlib.h>

void ensure_failed(const char *fact, const char *file, int line)
{
    /* Unbuffered and without our own log, which may be what is broken. */
    dprintf(2, "%s:%d: this must hold but does not: %s\n", file, line, fact);
    abort();
}
