/* xlsx_out.c - libxlsxwriter behind xlsx_out.h.
 *
 * The library writes to a file only; it is read back and removed.  Times are local dates
 * of the spreadsheet: days since 1899-12-30 on the wall's clock. */
#include "serve/xlsx_out.h"

#include "base/ensure.h"
#include "base/file.h"
#include "base/text.h"
#include "vault/token.h"

#include <math.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

enum { ROWS_MAX = 1048575, COLUMNS_MAX = 16383, TIME_WIDTH = 20, VALUE_WIDTH = 18 };

static const double unix_day = 25569; /* 1970-01-01 */

struct sheet {
    lxw_worksheet *sheet;
    lxw_format *head, *time;
    const struct history_table *table;
};

static void put_heads(const struct sheet *sheet)
{
    const struct history_table *table = sheet->table;
    (void)worksheet_write_string(sheet->sheet, 0, 0,
                                 table->english ? "local time" : "本地时间", sheet->head);
    lxw_col_t column = 1;
    for (size_t p = 0; p < table->points_n; p++) {
        for (size_t a = 0; a < table->aggregates_n; a++, column++) {
            char head[HISTORY_HEAD_BYTES + 40];
            const char *word =
                history_aggregate_word(table->aggregates[a], table->english);
            text_format(head, sizeof head, "%s %s", table->heads[p], word);
            (void)worksheet_write_string(sheet->sheet, 0, column, head, sheet->head);
        }
    }
}

static void put_row(const struct sheet *sheet, size_t row,
                    const struct calendar *calendar)
{
    const struct history_table *table = sheet->table;
    int64_t local_ms =
        table->times_ms[row] + calendar_offset_ms(calendar, table->times_ms[row]);
    lxw_row_t at = (lxw_row_t)row + 1;
    (void)worksheet_write_number(sheet->sheet, at, 0,
                                 unix_day + (double)local_ms / 86400000.0, sheet->time);
    lxw_col_t column = 1;
    for (size_t c = 0; c < table->points_n * table->aggregates_n; c++, column++) {
        double value = table->values[c * table->rows_n + row];
        if (isfinite(value))
            (void)worksheet_write_number(sheet->sheet, at, column, value, NULL);
    }
}

static err fill(lxw_workbook *book, const struct history_table *table,
                const struct calendar *calendar)
{
    struct sheet sheet = {.table = table};
    sheet.sheet = workbook_add_worksheet(book, table->english ? "History" : "历史数据");
    sheet.head = workbook_add_format(book);
    sheet.time = workbook_add_format(book);
    if (!sheet.sheet || !sheet.head || !sheet.time) return ERR_MEMORY;
    format_set_bold(sheet.head);
    format_set_text_wrap(sheet.head);
    format_set_num_format(sheet.time, "yyyy-mm-dd hh:mm:ss");
    lxw_col_t last = (lxw_col_t)(table->points_n * table->aggregates_n);
    (void)worksheet_set_column(sheet.sheet, 0, 0, TIME_WIDTH, NULL);
    (void)worksheet_set_column(sheet.sheet, 1, last, VALUE_WIDTH, NULL);
    worksheet_freeze_panes(sheet.sheet, 1, 1);
    put_heads(&sheet);
    for (size_t row = 0; row < table->rows_n; row++) put_row(&sheet, row, calendar);
    return ERR_OK;
}

static err write_file(const char *path, const char *folder,
                      const struct history_table *table, const struct calendar *calendar)
{
    lxw_workbook_options options = {.constant_memory = LXW_TRUE,
                                    .tmpdir = (char *)(uintptr_t)folder};
    lxw_workbook *book = workbook_new_opt(path, &options);
    if (!book) return ERR_MEMORY;
    err e = fill(book, table, calendar);
    lxw_error closed = workbook_close(book);
    return e ? e : closed == LXW_NO_ERROR ? ERR_OK : ERR_IO;
}

err xlsx_write(const struct history_table *table, const struct calendar *calendar,
               const char *folder, struct buffer *out)
{
    char path[FILE_PATH_BYTES], name[48];
    if (table->rows_n > ROWS_MAX || table->points_n * table->aggregates_n > COLUMNS_MAX)
        return ERR_RANGE;
    text_format(name, sizeof name, ".export-%016llx.xlsx",
                (unsigned long long)random_u64());
    if (!file_path(path, folder, name)) return ERR_RANGE;
    err e = write_file(path, folder, table, calendar);
    if (!e) e = file_read_whole(path, out);
    (void)unlink(path);
    return e;
}
