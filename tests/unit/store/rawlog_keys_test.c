/* rawlog_keys_test.c - a raw log under keys: nothing of it can be read or made anew
 * without them, and a plain one goes on. */
#include "rawlog_check_files.h"

/* The bytes of a text nowhere in the log's files. */
struct marker {
    const char *folder, *text;
    size_t found;
};

static err marker_look(void *context, const char *name)
{
    struct marker *marker = context;
    char path[FILE_PATH_BYTES];
    scratch_path(path, marker->folder, name);
    struct buffer file = file_take(path);
    struct bytes text = bytes_of_text(marker->text);
    if (file.n && memmem(file.at, file.n, text.at, text.n)) marker->found++;
    buffer_close(&file);
    return ERR_OK;
}

static size_t marker_count(struct fixture *f, const char *text)
{
    struct marker marker = {f->log_folder, text, 0};
    assert_int_equal(folder_each(f->log_folder, marker_look, &marker), ERR_OK);
    return marker.found;
}

static void append_marked(struct fixture *f, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        struct rawlog_record record = {.received_ms = BEGIN_MS,
                                       .verdict = RAWLOG_DAMAGED,
                                       .terminal = "MARKED-TERMINAL",
                                       .why = "MARKED-REASON",
                                       .bytes = bytes_of_text("MARKED-BYTES")};
        assert_int_equal(rawlog_append(f->log, &record), ERR_OK);
    }
    assert_int_equal(rawlog_commit(f->log), ERR_OK);
}

/* A plain log goes on under keys: what was plain is read, what follows is not plain;
 * without the keys, or with others, nothing of it is. */
static void a_plain_log_goes_on_under_keys(void **state)
{
    struct fixture f;
    struct rawlog_cursor *cursor = NULL;
    struct rawlog_record record;
    struct rawlog_report report;
    fixture_open(&f, *state);
    f.options.seal = NULL;
    assert_int_equal(fixture_reopen(&f), ERR_OK);
    append_marked(&f, 10);
    CHECK_EQ("plain", marker_count(&f, "MARKED-REASON"), 1);
    f.options.seal = f.seal;
    assert_int_equal(fixture_reopen(&f), ERR_OK);
    seal(&f);
    CHECK_EQ("sealed", marker_count(&f, "MARKED"), 0);
    append_marked(&f, 10);
    CHECK_EQ("open", marker_count(&f, "MARKED"), 0);
    verify_check(&f, 20);
    seal(&f);
    append_marked(&f, 1);
    CHECK_EQ("all", marker_count(&f, "MARKED"), 0);
    verify_check(&f, 21);

    CHECK_EQ("no keys", rawlog_verify(f.log_folder, NULL, &report), ERR_DENIED);
    CHECK("it says so", strstr(report.what, "key") != NULL);
    assert_int_equal(rawlog_read_open(f.log_folder, NULL, 1, &cursor), ERR_OK);
    CHECK_EQ("reading", rawlog_read(cursor, &record), ERR_DENIED);
    rawlog_read_close(cursor);
    f.options.seal = NULL;
    CHECK_EQ("opening", fixture_reopen(&f), ERR_DENIED);
    CHECK("it says so too", strstr(f.why, "key") != NULL);

    struct seal *mine = f.seal; /* keys made anew */
    char keys[FILE_PATH_BYTES], there[FILE_PATH_BYTES];
    scratch_path(keys, f.folder, "keys");
    scratch_path(there, f.folder, "mine");
    assert_int_equal(rename(keys, there), 0);
    struct seal *other = scratch_keys(f.folder);
    CHECK_EQ("others", rawlog_verify(f.log_folder, other, &report), ERR_DENIED);
    seal_close(other);
    f.seal = mine;
    fixture_close(&f);
}

/* A sealed file that was made anew by somebody without the keys: every CRC and hash is
 * right, the signature is not. */
static void an_index_made_anew_is_found(void **state)
{
    struct fixture f;
    fixture_open(&f, *state);
    assert_int_equal(fixture_reopen(&f), ERR_OK);
    append_commit(&f, 30);
    seal(&f);
    char path[FILE_PATH_BYTES];
    file_of(&f, 1, ".sealed", path);
    struct buffer file = file_take(path);
    struct bytes end = {file.at + file.n - RAWLOG_TRAILER_BYTES, RAWLOG_TRAILER_BYTES};
    struct rawlog_trailer trailer;
    assert_int_equal(rawlog_take_trailer(end, &trailer), ERR_OK);
    trailer.last_ms += 1;
    file.n -= RAWLOG_TRAILER_BYTES;
    rawlog_put_trailer(&file, &trailer);
    file_put(path, buffer_bytes(&file));
    struct rawlog_report report;
    CHECK_EQ("verify", rawlog_verify(f.log_folder, f.seal, &report), ERR_CORRUPT);
    CHECK("signature", strstr(report.what, "signature") != NULL);
    buffer_close(&file);
    fixture_close(&f);
}

#define KEYS(test) cmocka_unit_test_prestate(test, (void *)"under keys")

int main(void)
{
    const struct CMUnitTest tests[] = {
        KEYS(a_plain_log_goes_on_under_keys),
        KEYS(an_index_made_anew_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
