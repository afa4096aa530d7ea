/* program.c - a program includes every room but no other program. */
#include "collect/spool.h"
#include "heatnetd/serve.h" /* expect: layer */
#include "serve/routes.h"
