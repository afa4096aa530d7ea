/* nearest.c - see nearest.h. */
#include "model/nearest.h"

#include <string.h>

enum { WORD_MAX = 63 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

/* Damerau's distance with adjacent swaps, case ignored; three rows of the table are
 * enough. */
size_t nearest_distance(const char *a, const char *b)
{
    size_t rows[3][WORD_MAX + 1];
    size_t a_n = strlen(a), b_n = strlen(b);
    if (a_n > WORD_MAX || b_n > WORD_MAX) return WORD_MAX;
    for (size_t j = 0; j <= b_n; j++) rows[0][j] = j;

    for (size_t i = 1; i <= a_n; i++) {
        size_t *now = rows[i % 3];
        const size_t *last = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= b_n; j++) {
            size_t change = last[j - 1] + (lower(a[i - 1]) != lower(b[j - 1]));
            now[j] = least(change, least(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], before[j - 2] + 1);
        }
    }
    return rows[a_n % 3][b_n];
}

int nearest_is_near(const char *word, size_t distance)
{
    return distance <= strlen(word) / 3 + 1;
}
