/* serves.c - the server never includes the terminal. */
#include "collect/spool.h" /* expect: layer */
#include "watch/live.h"
