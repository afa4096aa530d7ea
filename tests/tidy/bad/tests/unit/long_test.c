/* long_test.c - tests have lines of a limited length too. */
static int rows[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 }; /* expect: line-length */
