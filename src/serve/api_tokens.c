/* api_tokens.c - keys for programs. */
#include "base/log.h"
#include "base/text.h"
#include "serve/api.h"
#include "serve/js.h"
#include "serve/request.h"
#include "serve/server.h"
#include "vault/password.h"

static const char *const words[] = {"history.read", "history.write", "series.create"};

static void put_token(struct buffer *out, const struct api_token *token, const char *text)
{
    const bool has[] = {token->reads, token->writes, token->creates};
    js_object(out);
    js_put_u64(out, "id", token->id);
    js_put_text(out, "name", token->name);
    js_key(out, "rights");
    js_array(out);
    for (size_t i = 0; i < 3; i++)
        if (has[i]) js_text(out, words[i]);
    js_array_end(out);
    js_put_text(out, "made_by", token->made_by);
    js_put_i64(out, "made_ms", token->made_ms);
    js_put_i64_or_null(out, "expires_ms", token->expires_ms);
    js_put_i64_or_null(out, "used_ms", token->used_ms);
    if (text) js_put_text(out, "token", text);
    js_object_end(out);
}

static err put_one(void *context, const struct api_token *token)
{
    put_token(context, token, NULL);
    return ERR_OK;
}

void api_tokens_list(struct request *request)
{
    struct buffer *out = &request->out;
    js_object(out);
    js_key(out, "tokens");
    js_array(out);
    err e = tokens_each(request->server->tokens, put_one, out);
    js_array_end(out);
    js_object_end(out);
    if (e) {
        answer_err(request, e);
    } else {
        answer_json(request, 200);
    }
}

static bool take_rights(const json_t *list, struct api_token *token)
{
    bool *const has[] = {&token->reads, &token->writes, &token->creates};
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *word = json_string_value(json_array_get(list, i));
        size_t k = 0;
        while (k < 3 && !(word && text_equal(word, words[k]))) k++;
        if (k == 3) return false;
        *has[k] = true;
    }
    return json_is_array(list) && (token->reads || token->writes) &&
           (!token->creates || token->writes);
}

static void add_token(struct request *request, const json_t *json)
{
    struct api_token token = {0};
    const char *name = NULL;
    if (request_json_text(request, json, "name", TOKEN_NAME_BYTES - 1, &name)) return;
    const json_t *expires = json_object_get(json, "expires_ms");
    text_copy(token.name, sizeof token.name, name ? name : "");
    text_copy(token.made_by, sizeof token.made_by, request->session.account.name);
    token.expires_ms = json_integer_value(expires);
    char text[TOKEN_TEXT_BYTES] = "";
    err e = take_rights(json_object_get(json, "rights"), &token) ? ERR_OK : ERR_RANGE;
    if (!e) e = tokens_add(request->server->tokens, &token, text);
    if (e == ERR_RANGE) {
        answer_problem(
            request, PROBLEM_MALFORMED,
            "name 由字母、数字、_ 和 - 组成；rights 为 history.read、"
            "history.write（可加 series.create）；expires_ms 在将来",
            "name is made of letters, digits, _ and -; rights of history.read, "
            "history.write (and with it series.create); expires_ms lies ahead");
        return;
    }
    if (e) {
        answer_err(request, e);
        return;
    }
    log_event(LOG_INFO, "people", "token_added", "name=%s by=%s", token.name,
              token.made_by);
    put_token(&request->out, &token, text);
    answer_json(request, 201);
    secret_wipe(text, sizeof text);
}

void api_tokens_add(struct request *request)
{
    json_t *json = request_json(request);
    if (!json) return;
    add_token(request, json);
    json_decref(json);
}

void api_tokens_remove(struct request *request)
{
    uint64_t id = 0;
    if (request_word_id(request, 0, &id)) return;
    err e = id <= UINT32_MAX ? tokens_remove(request->server->tokens, (uint32_t)id)
                             : ERR_UNKNOWN;
    if (e) {
        answer_err(request, e);
        return;
    }
    log_event(LOG_INFO, "people", "token_removed", "id=%llu by=%s",
              (unsigned long long)id, request->session.account.name);
    answer_empty(request, 204);
}
