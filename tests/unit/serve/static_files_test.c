/* static_files_test.c - the built UI comes out, nothing beside it does. */
#include "serve/house.h"

#include "base/ensure.h"

#include <sys/stat.h>

static void write_file(const struct house *house, const char *name, const char *text)
{
    char path[FILE_PATH_BYTES];
    assert_true(file_path(path, house->web, name));
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static int open_with_files(void **state)
{
    assert_int_equal(house_open(state), 0);
    struct house *house = *state;
    char path[FILE_PATH_BYTES];
    assert_int_equal(folder_make(house->web), ERR_OK);
    assert_true(file_path(path, house->web, "assets"));
    assert_int_equal(folder_make(path), ERR_OK);
    write_file(house, "index.html", "THE PAGE");
    write_file(house, "assets/a-1.js", "THE SCRIPT");
    write_file(house, "assets/a-1.js.gz", "PACKED");
    write_file(house, ".hidden.js", "SECRET");
    write_file(house, "notes", "SECRET");
    write_file(house, "../heat.json", "SECRET");
    return 0;
}

static struct reply get(struct house *house, const char *path, const char *headers)
{
    char text[1200];
    text_format(text, sizeof text,
                "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n%s\r\n", path,
                headers);
    return talk_once(talk_open_tcp(house->port), text);
}

static void files_and_pages(void **state)
{
    static const struct {
        const char *path, *headers;
        int status;
        const char *body, *header;
    } rows[] = {
        {"/", "", 200, "THE PAGE", "Cache-Control: no-cache"},
        {"/index.html", "", 200, "THE PAGE", "Content-Type: text/html; charset=utf-8"},
        {"/stations/17", "", 200, "THE PAGE", "X-Content-Type-Options: nosniff"},
        {"/alarms?state=active", "", 200, "THE PAGE",
         "Content-Security-Policy: default-src"},
        {"/assets/a-1.js", "", 200, "THE SCRIPT", "immutable"},
        {"/assets/a-1.js", "Accept-Encoding: br, gzip\r\n", 200, "PACKED",
         "Content-Encoding: gzip"},
        {"/assets/b-2.js", "", 404, "unknown", NULL},
        {"/favicon.ico", "", 404, "unknown", NULL},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct reply reply = get(*state, rows[i].path, rows[i].headers);
        const char *text = (const char *)reply.text.at;
        CHECK_EQ(rows[i].path, reply.status, rows[i].status);
        CHECK(rows[i].path, strstr(reply.body, rows[i].body) != NULL);
        CHECK(rows[i].path, !rows[i].header || strstr(text, rows[i].header) != NULL);
        reply_close(&reply);
    }
}

static void what_is_known_is_not_sent_again(void **state)
{
    char tag[100], header[200];
    struct reply reply = get(*state, "/", "");
    reply_find(&reply, "ETag: ", "\r", tag, sizeof tag);
    reply_close(&reply);
    assert_true(tag[0] == '"');
    text_format(header, sizeof header, "If-None-Match: %s\r\n", tag);
    reply = get(*state, "/", header);
    assert_int_equal(reply.status, 304);
    reply_close(&reply);
}

static void nothing_beside_the_folder(void **state)
{
    static const char *const paths[] = {
        "/../heat.json",
        "/%2e%2e/heat.json",
        "/..%2fheat.json",
        "/assets/../../heat.json",
        "/assets/%2e%2e/%2e%2e/heat.json",
        "/..\\heat.json",
        "/%5c..%5cheat.json",
        "/./../heat.json",
        "/assets//../../heat.json",
        "/....//heat.json",
        "/.hidden.js",
        "/%2ehidden.js",
        "/assets/.%2e/.%2e/heat.json",
        "/heat.json%00.js",
        "/index.html/../../heat.json",
        "//etc/passwd",
        "/%252e%252e/heat.json",
        "/notes",
        "/\xc0\xae\xc0\xae/heat.json",
        "/web/../heat.json",
        "/assets",
        "/assets/",
    };
    for (size_t i = 0; i < COUNT(paths); i++) {
        struct reply reply = get(*state, paths[i], "");
        CHECK(paths[i], strstr((const char *)reply.text.at, "SECRET") == NULL);
        CHECK(paths[i], strstr((const char *)reply.text.at, "root:") == NULL);
        CHECK(paths[i], reply.status == 0 || reply.status == 200 || reply.status >= 400);
        reply_close(&reply);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_and_pages),
        cmocka_unit_test(what_is_known_is_not_sent_again),
        cmocka_unit_test(nothing_beside_the_folder),
    };
    return cmocka_run_group_tests(tests, open_with_files, house_close);
}
