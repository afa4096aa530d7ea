/* shape.c - too deep, too wide, too clever. */
#define TWICE(x) ((x) + (x)) /* expect: macro */

int six(int a, int b, int c, int d, int e, int f); /* expect: parameters */

static int seven(int a, int b, int c, int d, int e, void (*f)(int, int), int g) /* expect: parameters */ /* expect: line-length */
{
    return a + b + c + d + e + g + (f != 0);
}

static int deep(int a)
{
    for (int i = 0; i < a; i++) {
        while (a > i) {
            switch (a) {
            case 1:
                if (a > 2) return 3; /* expect: nesting */
                break;
            }
        }
    }
    return a;
}

static int deep_without_braces(int a)
{
    for (int i = 0; i < a; i++)
        for (int j = 0; j < a; j++)
            if (a > j)
                do a--; while (a > i); /* expect: nesting */
    return a;
}

static int clever(int a, int b) /* expect: complexity */
{
    for (int i = 0; i < a; i++) {
        if (a > b && a > i) {
            if (b > i || a == i) a++;
            else if (b == a) a--;
            else b++;
        } else if (a == b) {
            while (b > 1) b--;
        }
        for (int j = 0; j < b; j++) {
            if (j == a) a += j > b ? 1 : 2;
            else if (j == b && i == b) b--;
        }
    }
    return a > b || b == 3 ? a : b;
}
