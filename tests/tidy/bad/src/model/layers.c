/* layers.c - a low room that looks up. */
#include "model/layers.h"

#include "base/err.h"
#include "serve/routes.h"   /* expect: layer */
#include "store/database.h" /* expect: layer */
#include "heatnetd/main.h"  /* expect: layer */

#include <pthread.h> /* expect: threads */
