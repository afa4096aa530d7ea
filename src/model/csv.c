/* csv.c - see csv.h. */
#include "model/csv.h"

#include "base/ensure.h"
#include "base/text.h"

#include <stdbool.h>
#include <string.h>

static const char *const not_text =
    "it is not UTF-8 text, or holds a line break or control character: "
    "save the file as \"CSV UTF-8\", one row a line";

static int peek(const struct csv_reader *reader)
{
    return reader->rest.n > 0 ? reader->rest.at[0] : -1;
}

static void step(struct csv_reader *reader)
{
    reader->rest.at++;
    reader->rest.n--;
}

static bool is_end(int c)
{
    return c < 0 || c == '\n' || c == '\r';
}

static void skip_line_end(struct csv_reader *reader)
{
    if (peek(reader) == '\r') {
        step(reader);
        if (peek(reader) == '\n') step(reader);
    } else if (peek(reader) == '\n') {
        step(reader);
    } else {
        return;
    }
    reader->line++;
}

static void skip_line(struct csv_reader *reader)
{
    while (!is_end(peek(reader))) step(reader);
    skip_line_end(reader);
}

static bool is_blank(const struct csv_reader *reader, int c)
{
    return c == ' ' || (c == '\t' && reader->separator != '\t');
}

static void skip_blanks(struct csv_reader *reader)
{
    while (is_blank(reader, peek(reader))) step(reader);
}

/* Comments and blank lines. */
static void skip_nothings(struct csv_reader *reader)
{
    while (reader->rest.n > 0) {
        skip_blanks(reader);
        if (peek(reader) == '#')
            skip_line(reader);
        else if (is_end(peek(reader)))
            skip_line_end(reader);
        else
            return;
    }
}

const char *csv_open(struct csv_reader *reader, struct bytes csv, const char *first_cell)
{
    ensure(reader != NULL);
    *reader = (struct csv_reader){csv, ',', 1};
    struct bytes in = csv;
    if (in.n >= 2 &&
        (memcmp(in.at, "\xff\xfe", 2) == 0 || memcmp(in.at, "\xfe\xff", 2) == 0))
        return "the file is UTF-16: save it as \"CSV UTF-8\"";
    if (in.n >= 3 && memcmp(in.at, "\xef\xbb\xbf", 3) == 0) /* byte order mark */
        reader->rest = (struct bytes){in.at + 3, in.n - 3};

    struct csv_reader look = *reader;
    skip_nothings(&look);
    if (look.rest.n == 0) return NULL;
    bool quoted = peek(&look) == '"';
    if (quoted) step(&look);
    struct bytes word;
    if (!bytes_take(&look.rest, strlen(first_cell), &word)) return "its first row is cut";
    if (quoted && peek(&look) == '"') step(&look);
    int c = peek(&look);
    if (!bytes_equal(word, bytes_of_text(first_cell)) ||
        (c != ',' && c != ';' && c != '\t'))
        return "its first row must name the columns and begin with the word kind, "
               "for example: kind,code,name,type,parent";
    reader->separator = (char)c;
    return NULL;
}

/* --- cells ------------------------------------------------------------------------ */

struct cell_writer {
    struct csv_row *row;
    size_t used; /* of row->text */
    const char *fault;
};

static void put(struct cell_writer *w, int c)
{
    if (w->used + 2 > sizeof w->row->text) /* the final NUL has its room */
        w->fault = "the row is longer than 32,768 bytes";
    else
        w->row->text[w->used++] = (char)c;
}

static void read_quoted(struct csv_reader *reader, struct cell_writer *w)
{
    step(reader);
    for (;;) {
        int c = peek(reader);
        if (c < 0) {
            w->fault = "a quoted cell that begins in this row never ends: its last \" is "
                       "missing";
            return;
        }
        if (c == '\n') reader->line++;
        step(reader);
        if (c == '"' && peek(reader) != '"') break;
        if (c == '"') step(reader); /* "" is one " */
        put(w, c);
    }
    skip_blanks(reader);
    if (!is_end(peek(reader)) && peek(reader) != reader->separator)
        w->fault =
            "text stands behind a closing \": write \"\" for a \" inside a quoted cell";
}

static void read_plain(struct csv_reader *reader, struct cell_writer *w)
{
    size_t start = w->used;
    while (!is_end(peek(reader)) && peek(reader) != reader->separator) {
        put(w, peek(reader));
        step(reader);
    }
    while (w->used > start && is_blank(reader, w->row->text[w->used - 1])) w->used--;
}

static void read_cell(struct csv_reader *reader, struct cell_writer *w)
{
    size_t start = w->used;
    skip_blanks(reader);
    if (peek(reader) == '"')
        read_quoted(reader, w);
    else
        read_plain(reader, w);
    if (w->fault != NULL) return;
    if (!text_is_clean(w->row->text + start, w->used - start)) w->fault = not_text;

    if (w->row->cells_n < CSV_CELLS_MAX)
        w->row->cells[w->row->cells_n++] = w->row->text + start;
    else if (w->used > start)
        w->fault = "the row has more than 64 cells";
    put(w, '\0');
}

static const char *read_row(struct csv_reader *reader, struct csv_row *row)
{
    struct cell_writer w = {row, 0, NULL};
    row->line = reader->line;
    row->cells_n = 0;
    read_cell(reader, &w);
    while (w.fault == NULL && peek(reader) == reader->separator) {
        step(reader);
        read_cell(reader, &w);
    }
    skip_line(reader);
    return w.fault;
}

static bool says_nothing(const struct csv_row *row)
{
    if (row->cells_n > 0 && row->cells[0][0] == '#') return true;
    for (size_t i = 0; i < row->cells_n; i++)
        if (row->cells[i][0] != '\0') return false;
    return true;
}

err csv_next(struct csv_reader *reader, struct csv_row *row, const char **fault)
{
    ensure(row != NULL && fault != NULL);
    for (;;) {
        skip_nothings(reader);
        if (reader->rest.n == 0) return ERR_SHORT;
        *fault = read_row(reader, row);
        if (*fault != NULL) return ERR_FRAME;
        if (!says_nothing(row)) return ERR_OK;
    }
}

void csv_put(struct buffer *out, const char *cell)
{
    size_t n = strlen(cell);
    bool plain = strpbrk(cell, ",;\t\"#") == NULL;
    if (n > 0 && (cell[0] == ' ' || cell[n - 1] == ' ')) plain = false;
    if (plain) {
        buffer_put_text(out, cell);
        return;
    }
    buffer_put_u8(out, '"');
    for (size_t i = 0; i < n; i++) {
        if (cell[i] == '"') buffer_put_u8(out, '"');
        buffer_put_u8(out, (uint8_t)cell[i]);
    }
    buffer_put_u8(out, '"');
}
