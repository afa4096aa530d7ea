/* free_test.c - tests may hold state and make macros. */
#include <stdlib.h>

#define CHECK(x) ((x) ? 0 : abort())

static int counter;

int main(void)
{
    counter++;
    free(malloc(3));
    return 0;
}
