/* label_book.c - see label_book.h.  In the table a set is NAME NUL VALUE NUL ... */
#include "serve/label_book.h"

#include "base/bytes.h"
#include "base/memory.h"

#include <string.h>

enum { BLOB_BYTES_MAX = 64 << 10, LABELS_MAX = 260 };

#define BOOK_BYTES_MAX ((size_t)512 << 20)

void label_book_open(struct label_book *book, const struct statement *all,
                     const struct statement *add)
{
    *book = (struct label_book){.all = all, .add = add};
    arena_open(&book->arena, BOOK_BYTES_MAX);
}

void label_book_close(struct label_book *book)
{
    arena_close(&book->arena);
    memory_free(book->entries);
    memory_free(book->buckets_1);
    *book = (struct label_book){0};
}

/* FNV-1a over the texts with their NULs. */
static size_t hash_of(struct labels labels)
{
    uint64_t hash = 14695981039346656037ULL;
    for (size_t i = 0; i < 2 * labels.n; i++) {
        const char *text = i % 2 ? labels.at[i / 2].value : labels.at[i / 2].name;
        for (size_t k = 0; k <= strlen(text); k++)
            hash = (hash ^ (uint8_t)text[k]) * 1099511628211ULL;
    }
    return (size_t)(hash ^ hash >> 32);
}

const struct label_entry *label_book_find(const struct label_book *book,
                                          struct labels labels)
{
    if (!book->buckets_n) return NULL;
    uint32_t at = book->buckets_1[hash_of(labels) & (book->buckets_n - 1)];
    for (; at; at = book->entries[at - 1].next_1)
        if (labels_compare(book->entries[at - 1].labels, labels) == 0)
            return &book->entries[at - 1];
    return NULL;
}

static void link_in(struct label_book *book, size_t i)
{
    size_t bucket = hash_of(book->entries[i].labels) & (book->buckets_n - 1);
    book->entries[i].next_1 = book->buckets_1[bucket];
    book->buckets_1[bucket] = (uint32_t)i + 1;
}

static err grow(struct label_book *book)
{
    if (book->n < book->capacity) return ERR_OK;
    size_t capacity = book->capacity ? 2 * book->capacity : 64;
    struct label_entry *entries = memory_resize(book->entries, capacity, sizeof *entries);
    if (!entries) return ERR_MEMORY;
    book->entries = entries;
    uint32_t *buckets = memory_new(2 * capacity, sizeof *buckets);
    if (!buckets) return ERR_MEMORY;
    memory_free(book->buckets_1);
    book->buckets_1 = buckets;
    book->buckets_n = 2 * capacity;
    book->capacity = capacity;
    for (size_t i = 0; i < book->n; i++) link_in(book, i);
    return ERR_OK;
}

static err keep(struct label_book *book, struct labels labels, uint32_t number)
{
    err e = grow(book);
    struct label *at = e ? NULL : arena_new(&book->arena, labels.n + 1, sizeof *at);
    if (!at) return ERR_MEMORY;
    for (size_t i = 0; i < labels.n; i++) {
        const struct label *label = &labels.at[i];
        at[i].name = arena_text(&book->arena, label->name, strlen(label->name));
        at[i].value = arena_text(&book->arena, label->value, strlen(label->value));
        if (!at[i].name || !at[i].value) return ERR_MEMORY;
    }
    book->entries[book->n++] =
        (struct label_entry){.labels = {labels.n, at}, .number = number};
    link_in(book, book->n - 1);
    return ERR_OK;
}

/* Views of the blob. */
static err read_blob(struct bytes blob, struct label at[LABELS_MAX], struct labels *out)
{
    size_t n = 0;
    while (blob.n) {
        const uint8_t *name_end = memchr(blob.at, '\0', blob.n);
        size_t name_n = name_end ? (size_t)(name_end - blob.at) + 1 : blob.n;
        const uint8_t *end = memchr(blob.at + name_n, '\0', blob.n - name_n);
        if (!name_end || !end || n == LABELS_MAX) return ERR_CORRUPT;
        at[n++] = (struct label){(const char *)blob.at, (const char *)blob.at + name_n};
        size_t used = (size_t)(end - blob.at) + 1;
        blob = (struct bytes){blob.at + used, blob.n - used};
    }
    *out = (struct labels){n, at};
    return ERR_OK;
}

err label_book_load(struct label_book *book, struct database *database)
{
    struct query *query = NULL;
    err kept = ERR_OK, e = query_open(database, book->all, &query);
    if (e) return e;
    while (!kept && query_row(query)) {
        struct label at[LABELS_MAX];
        struct labels labels;
        kept = read_blob(query_bytes(query, 0), at, &labels);
        if (!kept) kept = keep(book, labels, (uint32_t)query_i64(query, 1));
    }
    e = query_close(query);
    return kept ? kept : e;
}

err label_book_add(struct label_book *book, struct database *database,
                   struct labels labels, uint32_t number)
{
    struct buffer blob;
    buffer_open(&blob, BLOB_BYTES_MAX);
    for (size_t i = 0; i < 2 * labels.n; i++) {
        buffer_put_text(&blob, i % 2 ? labels.at[i / 2].value : labels.at[i / 2].name);
        buffer_put_u8(&blob, 0);
    }
    struct query *query = NULL;
    err e = labels.n > LABELS_MAX ? ERR_FULL : blob.broken;
    if (!e) e = query_open(database, book->add, &query);
    if (!e) {
        query_bind_bytes(query, buffer_bytes(&blob));
        query_bind_i64(query, number);
        e = query_run(query);
    }
    buffer_close(&blob);
    return e ? e : keep(book, labels, number);
}
