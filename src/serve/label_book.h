/* label_book.h - label sets and a number each, in memory and in a table of the database.
 *
 * Entries are never removed: labels handed out stay valid as long as the book.  Not
 * locked: the caller is. */
#ifndef HEATNET_SERVE_LABEL_BOOK_H
#define HEATNET_SERVE_LABEL_BOOK_H

#include "ask/labels.h"
#include "store/database.h"

struct label_entry {
    struct labels labels;
    uint32_t number;
    uint32_t next_1; /* in its bucket, 0 = end */
};

struct label_book {
    struct arena arena;
    const struct statement *all, *add; /* SELECT labels, number; INSERT (?1, ?2) */
    size_t n, capacity, buckets_n;
    struct label_entry *entries;
    uint32_t *buckets_1;
};

void label_book_open(struct label_book *book, const struct statement *all,
                     const struct statement *add);
void label_book_close(struct label_book *book);
MUST_USE err label_book_load(struct label_book *book, struct database *database);
/* NULL: not there.  The pointer holds until the next add; its labels for ever. */
const struct label_entry *label_book_find(const struct label_book *book,
                                          struct labels labels);
/* Into memory and the table, within the caller's transaction; copies the labels. */
MUST_USE err label_book_add(struct label_book *book, struct database *database,
                            struct labels labels, uint32_t number);

#endif
