/* pattern.c - see pattern.h. */
#include "ask/pattern.h"

#include "base/text.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <ctype.h>
#include <pcre2.h>
#include <string.h>

enum { MATCH_LIMIT = 200000, HEAP_LIMIT_KB = 4096, GROUP_NAME_BYTES = 64 };

struct pattern {
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *context;
};

static void *arena_take(size_t n, void *arena)
{
    return arena_new(arena, n, 1);
}

static void arena_leave(void *block, void *arena)
{
    (void)block;
    (void)arena;
}

err pattern_make(const char *text, struct arena *arena, struct pattern **pattern,
                 char why[PATTERN_WHY_BYTES])
{
    why[0] = '\0';
    struct pattern *made = arena_new(arena, 1, sizeof *made);
    pcre2_general_context *general =
        pcre2_general_context_create(arena_take, arena_leave, arena);
    pcre2_compile_context *compile =
        general ? pcre2_compile_context_create(general) : NULL;
    if (!made || !compile) return ERR_MEMORY;
    int code = 0;
    PCRE2_SIZE at = 0;
    made->code = pcre2_compile((PCRE2_SPTR)text, strlen(text),
                               PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED |
                                   PCRE2_NEVER_BACKSLASH_C,
                               &code, &at, compile);
    if (!made->code) {
        char said[PATTERN_WHY_BYTES - 40];
        (void)pcre2_get_error_message(code, (PCRE2_UCHAR *)said, sizeof said);
        text_format(why, PATTERN_WHY_BYTES, "%s at %zu", said, at + 1);
        return ERR_FRAME;
    }
    made->match = pcre2_match_data_create_from_pattern(made->code, general);
    made->context = pcre2_match_context_create(general);
    if (!made->match || !made->context) return ERR_MEMORY;
    (void)pcre2_set_match_limit(made->context, MATCH_LIMIT);
    (void)pcre2_set_heap_limit(made->context, HEAP_LIMIT_KB);
    *pattern = made;
    return ERR_OK;
}

static int match(const struct pattern *pattern, const char *text)
{
    return pcre2_match(pattern->code, (PCRE2_SPTR)text, strlen(text), 0, 0,
                       pattern->match, pattern->context);
}

bool pattern_matches(const struct pattern *pattern, const char *text)
{
    return match(pattern, text) > 0;
}

/* The number of the group that `name` means; -1 = none. */
static int group_number(const struct pattern *pattern, const char *name)
{
    int64_t number = 0;
    if (!text_to_i64(name, &number)) return number < 1000 ? (int)number : -1;
    return pcre2_substring_number_from_name(pattern->code, (PCRE2_SPTR)name);
}

static void put_group(const struct pattern *pattern, const char *text, const char *name,
                      struct buffer *out)
{
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(pattern->match);
    int group = group_number(pattern, name);
    if (group < 0 || (uint32_t)group >= pcre2_get_ovector_count(pattern->match)) return;
    PCRE2_SIZE from = ends[2 * group], to = ends[2 * group + 1];
    if (from == PCRE2_UNSET || to < from) return;
    buffer_put(out, (struct bytes){(const uint8_t *)text + from, to - from});
}

/* The name behind a $ and where it ends; NULL: it names nothing and stands for itself. */
static const char *take_name(const char *at, char name[GROUP_NAME_BYTES])
{
    bool braced = *at == '{';
    const char *start = at + braced;
    size_t n = 0;
    while (isalnum((unsigned char)start[n]) || start[n] == '_') n++;
    if (!n || (braced && start[n] != '}')) return NULL;
    if (!text_copy_n(name, GROUP_NAME_BYTES, start, n)) return NULL;
    return start + n + braced;
}

bool pattern_replace(const struct pattern *pattern, const char *text,
                     const char *replacement, struct buffer *out)
{
    if (match(pattern, text) <= 0) return false;
    for (const char *at = replacement; *at;) {
        char name[GROUP_NAME_BYTES];
        const char *end = *at == '$' ? take_name(at + 1, name) : NULL;
        if (end) {
            put_group(pattern, text, name, out);
            at = end;
            continue;
        }
        if (at[0] == '$' && at[1] == '$') at++;
        buffer_put_u8(out, (uint8_t)*at++);
    }
    return true;
}
