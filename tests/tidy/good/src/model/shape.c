/* shape.c - everything at its limit, and words that only look forbidden.
 *
 * malloc(3) in a comment; goto the library. */
#include "model/shape.h"

#include "base/err.h"

#define ROW_LIST(X) X(one) X(two)
#define ROW_NAME(name) #name,
static const char *const names[] = {ROW_LIST(ROW_NAME)};
#undef ROW_NAME

typedef struct shape shape;
struct shape;
struct place {
    int free;
    int (*time)(int a, int b, int c, int d, int e);
};
enum { SHAPE_N = 3 };
static const struct {
    const char *name;
    int value;
} rows[] = {
    {"goto strcpy(to, from);", 1},
    {"/* TODO */",             2},
};
static int (*const steps[])(int) = {0};
_Static_assert(SHAPE_N == 3, "three");
extern const int shared;
int clock(const struct place *place, int time);

__attribute__((format(printf, 1, 2))) static int five(int a, int b, int c, int d,
                                                      int (*e)(int, int, int))
{
    static const int once[] = {1, 2};
    struct place place = {.free = once[0]};
    return place.time(a, b, c, d, place.free) + e(1, 2, 3) + place.free;
}

static int three_deep(const struct place *place, int a)
{
    for (int i = 0; i < a; i++) {
        if (a > i) {
            const int list[] = {1, 2, 3};
            while (a > list[1]) a--;
        } else if (a == i) {
            if (i > 3) return 1;
        } else if (a == 7) {
            if (i > 4) return 2;
        }
    }
    {
        /* a block alone is no nesting */
        int free = place->free;
        if (free) return free;
    }
    do a++;
    while (a < 3);
    return place->time(1, 2, 3, 4, 5);
}

int longer(int, int, int, int, int, int); /* tidy: allow parameters: a reason */
