/* health.c - see health.h. */
#include "serve/health.h"

#include "base/ensure.h"
#include "base/log.h"
#include "base/text.h"

void health_open(struct health *health)
{
    *health = (struct health){.state = HEALTH_OK};
    lock_open(&health->lock);
}

void health_close(struct health *health)
{
    lock_close(&health->lock);
}

const char *health_word(enum health_state state)
{
    static const char *const words[] = {"ok", "no_space", "failed"};
    ensure(state < COUNT(words));
    return words[state];
}

void health_set(struct health *health, enum health_state state, const char *text)
{
    lock_take(&health->lock);
    bool changes = health->state != state && health->state != HEALTH_FAILED;
    if (changes) {
        health->state = state;
        text_copy(health->text, sizeof health->text, text);
    }
    lock_give(&health->lock);
    if (changes)
        log_event(state == HEALTH_OK ? LOG_INFO : LOG_ERROR, "serve", "state",
                  "state=%s text=\"%s\"", health_word(state), text);
}

void health_of_err(struct health *health, err e, const char *where)
{
    char text[HEALTH_TEXT_BYTES];
    text_format(text, sizeof text, "%s: %s", where, err_text(e));
    health_set(health, e == ERR_SPACE ? HEALTH_NO_SPACE : HEALTH_FAILED, text);
}

enum health_state health_get(struct health *health, char text[HEALTH_TEXT_BYTES])
{
    lock_take(&health->lock);
    enum health_state state = health->state;
    text_copy(text, HEALTH_TEXT_BYTES, health->text);
    lock_give(&health->lock);
    return state;
}
