/* state.c - what changes behind everybody's back. */
#include <stdbool.h>

int counter;                           /* expect: global */
static bool ready = false;             /* expect: global */
static const char *name = "x";         /* expect: global */
static void (*hook)(void);             /* expect: global */
static struct state {                  /* expect: global */
    int a;
} state = {1};
static int table[] = {1, 2};           /* expect: global */
extern int other;                      /* expect: global */
_Thread_local int mine;                /* expect: global */

int next(void)
{
    static int last = 0; /* expect: global */
    return ++last;
}
