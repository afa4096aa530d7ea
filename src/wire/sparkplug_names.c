/* sparkplug_names.c - topics, the names that BIRTH binds, and the request for one. */
#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "wire/protobuf.h"
#include "wire/sparkplug.h"
#include "wire/sparkplug_value.h"

#include <stdlib.h>
#include <string.h>

/* --- topics ---------------------------------------------------------------------- */

/* The next level of a topic, not empty; *topic stands behind its slash. */
static bool take_level(const char **topic, char *out, size_t out_n)
{
    const char *end = strchr(*topic, '/');
    size_t n = end ? (size_t)(end - *topic) : strlen(*topic);

    if (n == 0 || !text_copy_n(out, out_n, *topic, n)) return false;
    *topic += n + (end != NULL);
    return true;
}

bool sparkplug_topic_parse(const char *topic, struct sparkplug_topic *out)
{
#define SPARKPLUG_WORD_ROW(name, word) word,
    static const char *const words[] = {SPARKPLUG_MESSAGE_LIST(SPARKPLUG_WORD_ROW)};
#undef SPARKPLUG_WORD_ROW
    char word[16];
    struct sparkplug_topic t = {.message = SPARKPLUG_MESSAGE_N};

    if (!take_level(&topic, word, sizeof word) || !text_equal(word, "spBv1.0"))
        return false;
    if (!take_level(&topic, t.group, sizeof t.group)) return false;
    if (!take_level(&topic, word, sizeof word)) return false;
    if (!take_level(&topic, t.edge, sizeof t.edge)) return false;
    for (unsigned i = 0; i < COUNT(words); i++)
        if (text_equal(word, words[i])) t.message = i;
    if (t.message == SPARKPLUG_MESSAGE_N) return false;
    bool of_device = word[0] == 'D';
    if (of_device && !take_level(&topic, t.device, sizeof t.device)) return false;
    if (*topic) return false;
    *out = t;
    return true;
}

/* --- names ----------------------------------------------------------------------- */

void sparkplug_names_close(struct sparkplug_names *names)
{
    for (size_t i = 0; i < names->n; i++) memory_free(names->at[i].name);
    memory_free(names->at);
    *names = (struct sparkplug_names){0};
}

/* Where the alias is or belongs. */
static size_t place_of(const struct sparkplug_names *names, uint64_t alias)
{
    size_t low = 0, high = names->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (names->at[middle].alias < alias)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static err grow(struct sparkplug_names *names)
{
    if (names->n < names->room) return ERR_OK;
    if (names->n >= SPARKPLUG_NAMES_MAX) return ERR_FULL;
    size_t room = names->room ? 2 * names->room : 16;
    struct sparkplug_name *at = memory_resize(names->at, room, sizeof *at);
    if (!at) return ERR_MEMORY;
    names->at = at;
    names->room = room;
    return ERR_OK;
}

static err bind(struct sparkplug_names *names, const struct report_value *v)
{
    size_t at = place_of(names, v->alias);
    bool known = at < names->n && names->at[at].alias == v->alias;
    char *name = memory_text(v->name);

    if (!name) return ERR_MEMORY;
    err e = known ? ERR_OK : grow(names);
    if (e) {
        memory_free(name);
        return e;
    }
    if (known)
        memory_free(names->at[at].name);
    else
        memmove(names->at + at + 1, names->at + at,
                (names->n++ - at) * sizeof names->at[0]);
    names->at[at] = (struct sparkplug_name){v->alias, v->datatype, name};
    return ERR_OK;
}

err sparkplug_names_learn(struct sparkplug_names *names, const struct report *birth)
{
    ensure(names && birth);

    for (size_t i = 0; i < birth->values_n; i++) {
        const struct report_value *v = &birth->values[i];
        err e = v->has_alias && v->name[0] ? bind(names, v) : ERR_OK;
        if (e) return e;
    }
    return ERR_OK;
}

/* --- the request ----------------------------------------------------------------- */

void sparkplug_put_rebirth(struct buffer *out, int64_t utc_ms)
{
    protobuf_put_number(out, 1, (uint64_t)utc_ms);
    size_t metric = protobuf_begin(out, 2);
    protobuf_put_text(out, 1, "Node Control/Rebirth");
    protobuf_put_number(out, 3, (uint64_t)utc_ms);
    protobuf_put_number(out, 4, SPARKPLUG_BOOLEAN);
    protobuf_put_number(out, 14, 1);
    protobuf_end(out, metric);
}
