/* owner.c - base may do what others may not. */
#include "base/owner.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/* tidy: allow global: a reason */
static atomic_int state;
static int state_2; /* tidy: allow global: a reason */

void *owner(void)
{
    atomic_store(&state, 1);
    free(malloc(1));
    return NULL;
}
