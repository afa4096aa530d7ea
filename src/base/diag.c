/* diag.c - collecting messages for the person who wrote the input. */
#include "base/diag.h"

#include "base/ensure.h"
#include "base/text.h"

#include <stdarg.h>

void diag_clear(struct diag *diag)
{
    ensure(diag != NULL);

    diag->n = 0;
    diag->total = 0;
}

void diag_add(struct diag *diag, size_t line, const char *field, const char *format, ...)
{
    ensure(format != NULL);
    if (!diag) return;
    ensure(diag->n <= DIAG_N_MAX);

    diag->total++;
    if (diag->n == DIAG_N_MAX) return;

    struct diag_line *at = &diag->at[diag->n++];
    at->line = line;
    /* What does not fit is cut: a message is for reading. */
    (void)text_copy(at->field, sizeof at->field, field ? field : "");
    va_list list;
    va_start(list, format);
    (void)text_format_list(at->text, sizeof at->text, format, list);
    va_end(list);
}
