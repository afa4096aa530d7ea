/* api_session.c - signing in and out, and the own password. */
#include "base/ensure.h"
#include "base/log.h"
#include "base/text.h"
#include "serve/api.h"
#include "serve/gate.h"
#include "serve/js.h"
#include "serve/json_account.h"
#include "serve/request.h"
#include "serve/server.h"
#include "vault/password.h"

enum { SESSION_SECONDS = 7 * 24 * 3600 };

static void put_session(struct request *request)
{
    struct buffer *out = &request->out;
    const struct session *session = &request->session;
    js_object(out);
    js_key(out, "account");
    json_account(out, &session->account, NULL);
    js_key(out, "rights");
    js_array(out);
    for (enum right right = RIGHT_WATCH; right <= RIGHT_ADMINISTER; right++)
        if (role_has(session->account.role, right)) js_text(out, right_word(right));
    js_array_end(out);
    js_put_text(out, "csrf_token", session->csrf_token);
    js_put_bool(out, "must_change_password", session->account.must_change_password);
    js_put_i64(out, "expires_ms", session->expires_ms);
    js_put_text(out, "language", request->english ? "en" : "zh");
    js_object_end(out);
    answer_json(request, 200);
}

static void set_cookie(struct request *request, const char *token, int seconds)
{
    answer_header_format(request, "Set-Cookie",
                         SESSION_COOKIE
                         "=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict%s",
                         token, seconds, request->door == DOOR_TLS ? "; Secure" : "");
}

static void start_session(struct request *request, const struct account *account)
{
    char token[SESSION_TOKEN_BYTES];
    err e = sessions_start(request->server->sessions, account, token, &request->session);
    if (e) {
        answer_err(request, e);
        return;
    }
    log_event(LOG_INFO, "people", "signed_in", "name=%s", account->name);
    put_session(request);
    set_cookie(request, token, SESSION_SECONDS);
    secret_wipe(token, sizeof token);
}

static void answer_not_in(struct request *request, err e, uint32_t retry_s)
{
    /* Without the name: people type passwords into the wrong field. */
    log_event(LOG_WARNING, "people", "sign_in_refused", "door=%s reason=%s",
              request->door == DOOR_TLS ? "tls" : "http", err_name(e));
    if (e == ERR_DENIED) {
        answer_problem(request, PROBLEM_CREDENTIALS, NULL, NULL);
    } else if (e == ERR_TIMEOUT) {
        answer_problem(request, PROBLEM_LOCKED, NULL, NULL);
        answer_header_format(request, "Retry-After", "%u", (unsigned)retry_s);
    } else {
        answer_err(request, e);
    }
}

void api_session_start(struct request *request)
{
    json_t *json = request_json(request);
    if (!json) return;
    const char *name = NULL, *password = NULL;
    err e = request_json_text(request, json, "name", ACCOUNT_NAME_BYTES - 1, &name);
    if (!e)
        e = request_json_text(request, json, "password", ACCOUNT_PASSWORD_BYTES - 1,
                              &password);
    if (!e && (!name || !password)) {
        answer_problem(request, PROBLEM_MALFORMED, "缺少 name 或 password",
                       "name or password is missing");
        e = ERR_RANGE;
    }
    if (!e) {
        struct account account;
        uint32_t retry_s = 0;
        e = accounts_check(request->server->accounts, name, password, &account, &retry_s);
        if (e) {
            answer_not_in(request, e, retry_s);
        } else {
            start_session(request, &account);
        }
    }
    json_decref(json);
    secret_wipe(request->body.at, request->body.n);
}

/* Nobody is an answer too: a page asks before it knows, and a 401 would be an error. */
void api_session_get(struct request *request)
{
    if (request->signed_in)
        put_session(request);
    else
        answer_empty(request, 204);
}

void api_session_end(struct request *request)
{
    if (request->session.id) sessions_end(request->server->sessions, request->session.id);
    answer_empty(request, 204);
    set_cookie(request, "", 0);
}

/* Our sentence for a word of people's; an unknown one shows the rule as a whole. */
static void answer_weak(struct request *request, const char *code)
{
    static const struct {
        const char *code, *zh, *en;
    } rows[] = {
        {"too_short", "新密码太短", "The new password is too short"},
        {"too_common", "新密码太常见", "The new password is too common"},
        {"same_as_name", "新密码不能与用户名相同", "The new password is like the name"},
        {"same_as_old", "新密码不能与原密码相同", "The new password is the old one"},
        {"", "新密码不符合要求", "The new password does not meet the rules"},
    };

    size_t i = 0;
    while (i + 1 < COUNT(rows) && !(code && text_equal(rows[i].code, code))) i++;
    answer_problem(request, PROBLEM_WEAK_PASSWORD, rows[i].zh, rows[i].en);
}

static void change_password(struct request *request, const char *old, const char *new_one)
{
    const struct account *account = &request->session.account;
    const char *why_code = NULL;
    err e = accounts_change_password(request->server->accounts, account->id, old, new_one,
                                     &why_code);
    if (e == ERR_DENIED) {
        answer_problem(request, PROBLEM_WRONG_PASSWORD, NULL, NULL);
    } else if (e == ERR_RANGE) {
        answer_weak(request, why_code);
    } else if (e) {
        answer_not_in(request, e, 60);
    } else {
        sessions_end_account(request->server->sessions, account->id, request->session.id);
        log_event(LOG_INFO, "people", "password_changed", "name=%s", account->name);
        answer_empty(request, 204);
    }
}

void api_password_change(struct request *request)
{
    if (!request->session.account.id) {
        answer_problem(request, PROBLEM_CONFLICT, "本机管理员没有密码",
                       "The local administrator has no password");
        return;
    }
    json_t *json = request_json(request);
    if (!json) return;
    const char *old = NULL, *new_one = NULL;
    err e = request_json_text(request, json, "old", ACCOUNT_PASSWORD_BYTES - 1, &old);
    if (!e)
        e = request_json_text(request, json, "new", ACCOUNT_PASSWORD_BYTES - 1, &new_one);
    if (!e && (!old || !new_one)) {
        answer_problem(request, PROBLEM_MALFORMED, "缺少 old 或 new",
                       "old or new is missing");
    } else if (!e) {
        change_password(request, old, new_one);
    }
    json_decref(json);
    secret_wipe(request->body.at, request->body.n);
}
