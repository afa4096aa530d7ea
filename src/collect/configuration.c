/* configuration.c - walks the server's JSON once, field by field; see the header. */
#include "collect/configuration.h"

#include "base/ensure.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FILE_NAME "configuration.json"

struct place;

struct reader {
    struct diag *diag;
    const struct place *at; /* NULL: the top */
    size_t points_n;        /* of all templates and devices: the bound */
    err e;
};

/* A field's place in a message: "devices[3].cycle_ms". */
struct place {
    const char *list;
    size_t i;
    const char *sub; /* "" or ".points" */
    size_t sub_i;
};

static void wrong(struct reader *r, const char *name, const char *text)
{
    const struct place *at = r->at;
    char field[DIAG_FIELD_BYTES];

    if (at && at->sub[0])
        (void)text_format(field, sizeof field, "%s[%zu]%s[%zu].%s", at->list, at->i,
                          at->sub, at->sub_i, name);
    else if (at)
        (void)text_format(field, sizeof field, "%s[%zu].%s", at->list, at->i, name);
    else
        (void)text_copy(field, sizeof field, name);
    diag_add(r->diag, 0, field, "%s", text);
    r->e = ERR_RANGE;
}

static void read_text(struct reader *r, const json_t *object, const char *name, char *out,
                      size_t out_n)
{
    const json_t *value = json_object_get(object, name);
    const char *text = json_string_value(value);
    size_t n = json_string_length(value);

    if (!text || n == 0)
        wrong(r, name, "a text is missing");
    else if (n >= out_n || strlen(text) != n || !text_copy(out, out_n, text))
        wrong(r, name, "the text is too long");
}

static int64_t read_count(struct reader *r, const json_t *object, const char *name,
                          int64_t most)
{
    const json_t *value = json_object_get(object, name);

    if (json_is_integer(value) && json_integer_value(value) >= 1 &&
        json_integer_value(value) <= most)
        return json_integer_value(value);
    wrong(r, name, "a whole number from 1 on is needed, within its limit");
    return 0;
}

static double read_number(struct reader *r, const json_t *object, const char *name,
                          double none)
{
    const json_t *value = json_object_get(object, name);

    if (!value || json_is_null(value)) return none;
    if (json_is_number(value)) return json_number_value(value);
    wrong(r, name, "a number or null is needed");
    return none;
}

static void read_quantity(struct reader *r, const json_t *object, enum quantity *quantity)
{
    const json_t *value = json_object_get(object, "quantity");

    *quantity = QUANTITY_NUMBER;
    if (!value || json_is_null(value)) return;
    if (!json_is_string(value) || quantity_from_word(json_string_value(value), quantity))
        wrong(r, "quantity", "the quantity is not known");
}

static void read_point(struct reader *r, const json_t *object,
                       struct configuration_point *point)
{
    read_text(r, object, "key", point->key, sizeof point->key);
    read_text(r, object, "address", point->address, sizeof point->address);
    read_quantity(r, object, &point->quantity);
    point->factor = read_number(r, object, "factor", 1.0);
    point->offset = read_number(r, object, "offset", 0.0);
    point->range_low = read_number(r, object, "range_low", NAN);
    point->range_high = read_number(r, object, "range_high", NAN);
    point->rate_high = read_number(r, object, "rate_high", NAN);
    point->frozen_s = read_number(r, object, "frozen_s", 0.0);
    if (point->frozen_s < 0) wrong(r, "frozen_s", "seconds are not negative");
}

static bool find_point(const void *context, const char *key, uint32_t *place)
{
    const struct configuration_template *template = context;
    for (size_t i = 0; i < template->points_n; i++) {
        if (!text_equal(template->points[i].key, key)) continue;
        *place = (uint32_t)i;
        return true;
    }
    return false;
}

/* Behind all points: rules speak of their neighbours. */
static void read_rules(struct reader *r, const json_t *object,
                       const struct configuration_template *template,
                       struct configuration_point *point)
{
    const json_t *value = json_object_get(object, "rules");
    const char *text = json_string_value(value);
    char why[CORRELATION_WHY_BYTES];

    if (!value || json_is_null(value)) return;
    if (!text)
        wrong(r, "rules", "a text is needed");
    else if (correlation_parse(text, find_point, template, &point->rules, why))
        wrong(r, "rules", why);
}

/* An array of at most `most`, counted against the bound of all points when `points`. */
static const json_t *read_array(struct reader *r, const json_t *object, const char *name,
                                size_t most)
{
    const json_t *array = json_object_get(object, name);

    if (!json_is_array(array))
        wrong(r, name, "a list is missing");
    else if (json_array_size(array) > most)
        wrong(r, name, "the list is too long");
    else
        return array;
    return NULL;
}

static void read_template(struct reader *r, size_t i, const json_t *object,
                          struct configuration_template *template)
{
    struct place at = {"templates", i, "", 0};

    r->at = &at;
    template->id = (uint32_t)read_count(r, object, "id", UINT32_MAX);
    read_text(r, object, "code", template->code, sizeof template->code);
    read_text(r, object, "protocol", template->protocol, sizeof template->protocol);
    const json_t *points =
        read_array(r, object, "points", CONFIGURATION_POINTS_MAX - r->points_n);
    if (!points || json_array_size(points) == 0) return;
    size_t n = json_array_size(points);
    r->points_n += n;
    template->points = memory_new(n, sizeof template->points[0]);
    if (!template->points) {
        r->e = ERR_MEMORY;
        return;
    }
    template->points_n = n;
    at.sub = ".points";
    for (at.sub_i = 0; at.sub_i < n && !r->e; at.sub_i++)
        read_point(r, json_array_get(points, at.sub_i), &template->points[at.sub_i]);
    for (at.sub_i = 0; at.sub_i < n && !r->e; at.sub_i++)
        read_rules(r, json_array_get(points, at.sub_i), template,
                   &template->points[at.sub_i]);
}

static void read_device_points(struct reader *r, const json_t *object,
                               struct configuration_device *device)
{
    size_t n = device->template->points_n;
    const json_t *points =
        read_array(r, object, "points", CONFIGURATION_POINTS_MAX - r->points_n);

    if (!points) return;
    if (json_array_size(points) != n) {
        wrong(r, "points", "as many as the template's are needed");
        return;
    }
    r->points_n += n;
    device->points = n ? memory_new(n, sizeof device->points[0]) : NULL;
    if (n && !device->points) r->e = ERR_MEMORY;
    for (size_t i = 0; i < n && !r->e; i++) {
        const json_t *id = json_array_get(points, i);
        if (json_is_null(id)) continue;
        if (json_is_integer(id) && json_integer_value(id) >= 1 &&
            json_integer_value(id) <= UINT32_MAX)
            device->points[i] = (uint32_t)json_integer_value(id);
        else
            wrong(r, "points", "point ids are whole numbers from 1 on, or null");
    }
}

static const struct configuration_template *find_template(const struct configuration *c,
                                                          int64_t id)
{
    for (size_t i = 0; i < c->templates_n; i++)
        if (c->templates[i].id == id) return &c->templates[i];
    return NULL;
}

static void read_device(struct reader *r, size_t i, const json_t *object,
                        struct configuration *c)
{
    struct place at = {"devices", i, "", 0};
    struct configuration_device *device = &c->devices[i];

    r->at = &at;
    device->id = (uint32_t)read_count(r, object, "id", UINT32_MAX);
    read_text(r, object, "code", device->code, sizeof device->code);
    read_text(r, object, "address", device->address, sizeof device->address);
    read_text(r, object, "protocol", device->protocol, sizeof device->protocol);
    int64_t cycle = read_count(r, object, "cycle_ms", CONFIGURATION_CYCLE_MS_MAX);
    device->cycle_ms = (uint32_t)cycle;
    if (!r->e && cycle < CONFIGURATION_CYCLE_MS_MIN)
        wrong(r, "cycle_ms", "the shortest cycle is 100 ms");
    int64_t id = read_count(r, object, "template", UINT32_MAX);
    device->template = find_template(c, id);
    if (device->template)
        read_device_points(r, object, device);
    else if (!r->e)
        wrong(r, "template", "there is no such template");
}

/* --- what may be there only once ------------------------------------------------- */

struct number {
    uint32_t id;
    uint32_t device_i;
};

static int compare_numbers(const void *a, const void *b)
{
    const struct number *p = a, *q = b;
    if (p->id != q->id) return p->id < q->id ? -1 : 1;
    return p->device_i < q->device_i ? -1 : p->device_i > q->device_i;
}

static void check_once(struct reader *r, struct number *numbers, size_t n,
                       const char *field)
{
    if (n) qsort(numbers, n, sizeof numbers[0], compare_numbers);
    for (size_t i = 1; i < n && !r->e; i++) {
        struct place at = {"devices", numbers[i].device_i, "", 0};
        r->at = &at;
        if (numbers[i].id == numbers[i - 1].id) wrong(r, field, "the id is there twice");
    }
}

/* Blocks of a frame and columns of a block must be unambiguous. */
static void check_ids(struct reader *r, const struct configuration *c)
{
    size_t room = r->points_n + c->devices_n + 1, n = 0;
    struct number *numbers = memory_new(room, sizeof numbers[0]);

    if (!numbers) {
        r->e = ERR_MEMORY;
        return;
    }
    for (uint32_t i = 0; i < c->devices_n; i++)
        numbers[n++] = (struct number){c->devices[i].id, i};
    check_once(r, numbers, n, "id");
    n = 0;
    for (uint32_t i = 0; i < c->devices_n; i++) {
        const struct configuration_device *device = &c->devices[i];
        for (size_t j = 0; j < device->template->points_n; j++)
            if (device->points[j]) numbers[n++] = (struct number){device->points[j], i};
    }
    check_once(r, numbers, n, "points");
    memory_free(numbers);
}

static void read_all(struct reader *r, const json_t *root, struct configuration *c)
{
    c->version = (uint64_t)read_count(r, root, "version", INT64_MAX);
    read_text(r, root, "terminal", c->terminal, sizeof c->terminal);
    const json_t *templates =
        read_array(r, root, "templates", CONFIGURATION_TEMPLATES_MAX);
    const json_t *devices = read_array(r, root, "devices", CONFIGURATION_DEVICES_MAX);
    if (r->e) return;

    size_t templates_n = json_array_size(templates), devices_n = json_array_size(devices);
    c->templates = templates_n ? memory_new(templates_n, sizeof c->templates[0]) : NULL;
    c->devices = devices_n ? memory_new(devices_n, sizeof c->devices[0]) : NULL;
    if ((templates_n && !c->templates) || (devices_n && !c->devices)) {
        r->e = ERR_MEMORY;
        return;
    }
    c->templates_n = templates_n;
    c->devices_n = devices_n;
    for (size_t i = 0; i < templates_n && !r->e; i++)
        read_template(r, i, json_array_get(templates, i), &c->templates[i]);
    for (size_t i = 0; i < devices_n && !r->e; i++)
        read_device(r, i, json_array_get(devices, i), c);
    if (!r->e) check_ids(r, c);
}

err configuration_parse(struct bytes json, struct configuration **configuration,
                        struct diag *diag)
{
    ensure(configuration);

    struct reader r = {.diag = diag};
    json_error_t fault;

    if (json.n > CONFIGURATION_BYTES_MAX) {
        diag_add(diag, 0, "", "the configuration is larger than %d bytes",
                 CONFIGURATION_BYTES_MAX);
        return ERR_RANGE;
    }
    json_t *root =
        json_loadb((const char *)json.at, json.n, JSON_REJECT_DUPLICATES, &fault);
    if (!root) {
        diag_add(diag, fault.line > 0 ? (size_t)fault.line : 0, "", "not JSON: %s",
                 fault.text);
        return ERR_FRAME;
    }
    struct configuration *c = memory_new(1, sizeof *c);
    r.e = c ? ERR_OK : ERR_MEMORY;
    if (!r.e) read_all(&r, root, c);
    json_decref(root);
    if (r.e)
        configuration_close(c);
    else
        *configuration = c;
    return r.e;
}

void configuration_close(struct configuration *c)
{
    if (!c) return;
    for (size_t i = 0; i < c->devices_n; i++) memory_free(c->devices[i].points);
    for (size_t i = 0; i < c->templates_n; i++) memory_free(c->templates[i].points);
    memory_free(c->devices);
    memory_free(c->templates);
    memory_free(c);
}

err configuration_load(const char *folder, struct configuration **configuration,
                       struct diag *diag)
{
    char path[FILE_PATH_BYTES];
    struct buffer text;

    if (!file_path(path, folder, FILE_NAME)) return ERR_RANGE;
    buffer_open(&text, CONFIGURATION_BYTES_MAX);
    err e = file_read_whole(path, &text);
    if (!e) e = configuration_parse(buffer_bytes(&text), configuration, diag);
    buffer_close(&text);
    return e;
}

err configuration_save(const char *folder, struct bytes json)
{
    char path[FILE_PATH_BYTES];

    if (!file_path(path, folder, FILE_NAME)) return ERR_RANGE;
    return file_replace(path, json);
}
