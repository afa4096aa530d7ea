/* openapi_test.c - the document and the route table say the same, both ways. */
#include "serve/openapi.h"

#include "base/text.h"
#include "check.h"
#include "serve/route.h"

#include <jansson.h>

static json_t *load(void)
{
    struct bytes document = openapi_document();
    json_error_t error;
    json_t *json =
        json_loadb((const char *)document.at, document.n, JSON_REJECT_DUPLICATES, &error);
    if (!json) fail_msg("line %d: %s", error.line, error.text);
    return json;
}

/* The pattern with its {} against a path with named holes. */
static bool same_path(const char *pattern, const char *path)
{
    while (*pattern && *path) {
        if (*pattern == '{' && *path == '{') {
            pattern += 2;
            path += strcspn(path, "}") + 1;
            continue;
        }
        if (*pattern++ != *path++) return false;
    }
    return *pattern == *path;
}

static const char *base_of(const json_t *document, const json_t *item)
{
    const json_t *servers = json_object_get(item, "servers");
    if (!servers) servers = json_object_get(document, "servers");
    const char *url =
        json_string_value(json_object_get(json_array_get(servers, 0), "url"));
    return strcmp(url, "/") == 0 ? "" : url;
}

static const char *lower(const char *method, char out[16])
{
    size_t i = 0;
    for (; method[i] && i < 15; i++) out[i] = (char)(method[i] | 0x20);
    out[i] = '\0';
    return out;
}

static const struct route *find_route(const char *path, const char *method)
{
    size_t n = 0;
    const struct route *routes = route_table(&n);
    char word[16];
    for (size_t i = 0; i < n; i++)
        if (same_path(routes[i].pattern, path) &&
            strcmp(lower(routes[i].method, word), method) == 0)
            return &routes[i];
    return NULL;
}

static void every_operation_is_a_route(void **state)
{
    (void)state;
    json_t *document = load();
    json_t *paths = json_object_get(document, "paths"), *item, *operation;
    const char *path, *method;
    size_t seen = 0, n = 0;
    json_object_foreach(paths, path, item){
        json_object_foreach(item, method, operation){char whole[200];
    if (!json_object_get(operation, "responses")) continue;
    text_format(whole, sizeof whole, "%s%s", base_of(document, item), path);
    const struct route *route = find_route(whole, method);
    if (!route) fail_msg("%s %s is no route", method, whole);
    CHECK_TEXT(whole, json_string_value(json_object_get(operation, "x-right")),
               right_word(route->right));
    seen++;
}
}
(void)route_table(&n);
assert_int_equal(seen, n - 1); /* but the files' */
json_decref(document);
}

/* Every $ref leads somewhere. */
static void check_refs(const json_t *document, json_t *value)
{
    json_t *member;
    size_t i;
    const char *name;
    const char *ref = json_string_value(json_object_get(value, "$ref"));
    if (ref) {
        char word[100];
        const json_t *at = document;
        assert_true(text_starts(ref, "#/"));
        for (ref += 2; *ref; ref += strcspn(ref, "/") + (strchr(ref, '/') != NULL)) {
            assert_true(text_copy_n(word, sizeof word, ref, strcspn(ref, "/")));
            at = json_object_get(at, word);
            if (!at) fail_msg("$ref to nothing: %s", word);
        }
    }
    json_object_foreach(value, name, member) check_refs(document, member);
    json_array_foreach(value, i, member) check_refs(document, member);
}

static void every_reference_leads_somewhere(void **state)
{
    (void)state;
    json_t *document = load();
    check_refs(document, document);
    json_decref(document);
}

/* What is required is a property. */
static void check_required(json_t *value)
{
    json_t *member;
    size_t i;
    const char *name;
    const json_t *properties = json_object_get(value, "properties");
    json_t *required = json_object_get(value, "required");
    if (properties && json_is_array(required))
        json_array_foreach(
            required, i,
            member) if (!json_object_get(properties, json_string_value(member)))
            fail_msg("required but no property: %s", json_string_value(member));
    json_object_foreach(value, name, member) check_required(member);
    json_array_foreach(value, i, member) check_required(member);
}

static void what_is_required_exists(void **state)
{
    (void)state;
    json_t *document = load();
    check_required(document);
    json_decref(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operation_is_a_route),
        cmocka_unit_test(every_reference_leads_somewhere),
        cmocka_unit_test(what_is_required_exists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
