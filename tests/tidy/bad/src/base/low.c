/* low.c - base stands on nothing. */
#include "model/point.h" /* expect: layer */

#include <pthread.h>
