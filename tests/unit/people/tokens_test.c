/* tokens_test.c - a token opens what it names, until it is removed or over its time; the
 * database never holds it. */
#include "people/tokens.h"

#include "base/file.h"
#include "base/text.h"
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { START_MS = 1795345576 };

struct fixture {
    char path[64];
    struct clock clock;
    struct tokens *tokens;
};

static int open_tokens(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    assert_true(
        text_copy(fixture->path, sizeof fixture->path, "/tmp/tokens_test.XXXXXX"));
    int handle = mkstemp(fixture->path);
    assert_true(handle >= 0);
    close(handle);
    clock_hand(&fixture->clock, START_MS);
    assert_int_equal(tokens_open(fixture->path, &fixture->clock, &fixture->tokens),
                     ERR_OK);
    *state = fixture;
    return 0;
}

static int close_tokens(void **state)
{
    struct fixture *fixture = *state;
    char side[80];
    tokens_close(fixture->tokens);
    (void)unlink(fixture->path);
    text_format(side, sizeof side, "%s-wal", fixture->path);
    (void)unlink(side);
    text_format(side, sizeof side, "%s-shm", fixture->path);
    (void)unlink(side);
    free(fixture);
    return 0;
}

static void add(struct fixture *fixture, const char *name, bool writes,
                int64_t expires_ms, char text[TOKEN_TEXT_BYTES])
{
    struct api_token token = {.reads = true, .writes = writes, .expires_ms = expires_ms};
    assert_true(text_copy(token.name, sizeof token.name, name));
    assert_int_equal(tokens_add(fixture->tokens, &token, text), ERR_OK);
    assert_true(token.id > 0 && token.made_ms == clock_utc_ms(&fixture->clock));
}

static void a_token_opens_what_it_names(void **state)
{
    struct fixture *fixture = *state;
    char text[TOKEN_TEXT_BYTES], other[TOKEN_TEXT_BYTES];
    struct api_token found;
    add(fixture, "reader", false, 0, text);
    add(fixture, "writer", true, 0, other);
    assert_int_equal(tokens_find(fixture->tokens, text, &found), ERR_OK);
    assert_string_equal(found.name, "reader");
    assert_true(token_has(&found, RIGHT_HISTORY_READ));
    assert_true(token_has(&found, RIGHT_METRICS));
    assert_false(token_has(&found, RIGHT_HISTORY_WRITE));
    for (int right = 0; right < RIGHT_N; right++)
        assert_true(right_is_for_programs((enum right)right) ||
                    !token_has(&found, (enum right)right));
    text[10] = text[10] == '0' ? '1' : '0';
    assert_int_equal(tokens_find(fixture->tokens, text, &found), ERR_DENIED);
    assert_int_equal(tokens_find(fixture->tokens, "", &found), ERR_DENIED);
    assert_int_equal(tokens_find(fixture->tokens, "hnt_", &found), ERR_DENIED);
}

static void a_token_ends(void **state)
{
    struct fixture *fixture = *state;
    char text[TOKEN_TEXT_BYTES], kept[TOKEN_TEXT_BYTES];
    struct api_token found;
    add(fixture, "short", false, START_MS + 1000, text);
    add(fixture, "long", false, 0, kept);
    clock_set(&fixture->clock, START_MS + 999);
    assert_int_equal(tokens_find(fixture->tokens, text, &found), ERR_OK);
    clock_set(&fixture->clock, START_MS + 1000);
    assert_int_equal(tokens_find(fixture->tokens, text, &found), ERR_DENIED);
    assert_int_equal(tokens_find(fixture->tokens, kept, &found), ERR_OK);
    assert_int_equal(tokens_remove(fixture->tokens, found.id), ERR_OK);
    assert_int_equal(tokens_remove(fixture->tokens, found.id), ERR_UNKNOWN);
    assert_int_equal(tokens_find(fixture->tokens, kept, &found), ERR_DENIED);
}

static void tokens_outlive_a_restart_as_hashes(void **state)
{
    struct fixture *fixture = *state;
    char text[TOKEN_TEXT_BYTES];
    struct api_token found;
    struct buffer file;
    add(fixture, "kept", true, 0, text);
    tokens_close(fixture->tokens);
    assert_int_equal(tokens_open(fixture->path, &fixture->clock, &fixture->tokens),
                     ERR_OK);
    assert_int_equal(tokens_find(fixture->tokens, text, &found), ERR_OK);
    assert_true(found.writes && !found.creates);
    buffer_open(&file, 1 << 20);
    assert_int_equal(file_read_whole(fixture->path, &file), ERR_OK);
    assert_null(memmem(file.at, file.n, text + 4, 16));
    buffer_close(&file);
}

static void what_is_no_token_is_refused(void **state)
{
    struct fixture *fixture = *state;
    char text[TOKEN_TEXT_BYTES];
    struct api_token rows[] = {
        {.name = "", .reads = true},
        {.name = "a b", .reads = true},
        {.name = "no-right"},
        {.name = "creates-only", .reads = true, .creates = true},
        {.name = "past", .reads = true, .expires_ms = START_MS - 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_EQ(rows[i].name, tokens_add(fixture->tokens, &rows[i], text), ERR_RANGE);
    add(fixture, "twice", false, 0, text);
    struct api_token again = {.name = "twice", .reads = true};
    assert_int_equal(tokens_add(fixture->tokens, &again, text), ERR_DUPLICATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_token_opens_what_it_names, open_tokens,
                                        close_tokens),
        cmocka_unit_test_setup_teardown(a_token_ends, open_tokens, close_tokens),
        cmocka_unit_test_setup_teardown(tokens_outlive_a_restart_as_hashes, open_tokens,
                                        close_tokens),
        cmocka_unit_test_setup_teardown(what_is_no_token_is_refused, open_tokens,
                                        close_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
