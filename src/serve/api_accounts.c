/* api_accounts.c - people and their roles. */
#include "base/log.h"
#include "base/text.h"
#include "serve/api.h"
#include "serve/js.h"
#include "serve/json_account.h"
#include "serve/request.h"
#include "serve/server.h"
#include "vault/password.h"

void json_account(struct buffer *out, const struct account *account, const char *one_time)
{
    js_object(out);
    js_put_u64(out, "id", account->id);
    js_put_text(out, "name", account->name);
    js_put_text(out, "full_name", account->full_name);
    js_put_text(out, "role", role_word(account->role));
    js_put_bool(out, "enabled", account->enabled);
    js_put_bool(out, "must_change_password", account->must_change_password);
    js_put_i64_or_null(out, "last_login_ms", account->last_login_ms);
    js_put_i64_or_null(out, "locked_until_ms", account->locked_until_ms);
    if (one_time) js_put_text(out, "one_time_password", one_time);
    js_object_end(out);
}

static err put_account(void *context, const struct account *account)
{
    json_account(context, account, NULL);
    return ERR_OK;
}

void api_accounts_list(struct request *request)
{
    struct buffer *out = &request->out;
    js_object(out);
    js_key(out, "accounts");
    js_array(out);
    err e = accounts_each(request->server->accounts, put_account, out);
    js_array_end(out);
    js_object_end(out);
    if (e) {
        answer_err(request, e);
    } else {
        answer_json(request, 200);
    }
}

/* Role and full name where given.  An error has been answered. */
static err take_fields(struct request *request, const json_t *json,
                       struct account *account)
{
    const char *role = NULL, *full_name = NULL;
    err e = request_json_text(request, json, "role", CATALOG_CODE_BYTES, &role);
    if (!e)
        e = request_json_text(request, json, "full_name", ACCOUNT_FULL_NAME_BYTES - 1,
                              &full_name);
    if (e) return e;
    if (role && role_from_word(role, &account->role)) {
        answer_problem(request, PROBLEM_MALFORMED,
                       "role 应为 administrator、operator 或 user",
                       "role is administrator, operator or user");
        return ERR_RANGE;
    }
    if (full_name) text_copy(account->full_name, sizeof account->full_name, full_name);
    return ERR_OK;
}

static bool name_is_valid(const char *name)
{
    return name && catalog_code_is_valid(name) && !text_equal(name, "local");
}

static void add_account(struct request *request, struct account *account)
{
    char one_time[ACCOUNT_ONE_TIME_BYTES];
    err e = accounts_add(request->server->accounts, account, &account->id, one_time);
    if (!e) e = accounts_get(request->server->accounts, account->id, account);
    if (e) {
        answer_err(request, e);
        return;
    }
    log_event(LOG_INFO, "people", "account_added", "name=%s role=%s by=%s", account->name,
              role_word(account->role), request->session.account.name);
    json_account(&request->out, account, one_time);
    answer_json(request, 201);
    secret_wipe(one_time, sizeof one_time);
}

void api_accounts_add(struct request *request)
{
    json_t *json = request_json(request);
    if (!json) return;
    struct account account = {.enabled = true};
    const char *name = NULL;
    err e = request_json_text(request, json, "name", ACCOUNT_NAME_BYTES - 1, &name);
    if (!e) e = take_fields(request, json, &account);
    if (!e && (!name_is_valid(name) || account.role == ROLE_NONE)) {
        answer_problem(request, PROBLEM_MALFORMED,
                       "name 由字母、数字、_ 和 - 组成；role 必填",
                       "name is made of letters, digits, _ and -; role is needed");
        e = ERR_RANGE;
    }
    if (!e) {
        text_copy(account.name, sizeof account.name, name);
        add_account(request, &account);
    }
    json_decref(json);
}

static void change_account(struct request *request, const json_t *json,
                           struct account *account)
{
    struct accounts *accounts = request->server->accounts;
    const json_t *enabled = json_object_get(json, "enabled");
    enum role old_role = account->role;
    if (take_fields(request, json, account)) return;
    if (json_is_boolean(enabled)) account->enabled = json_is_true(enabled);

    err e = accounts_update(accounts, account);
    if (e == ERR_STATE) {
        answer_problem(request, PROBLEM_LAST_ADMINISTRATOR, NULL, NULL);
        return;
    }
    char one_time[ACCOUNT_ONE_TIME_BYTES] = "";
    bool reset = json_is_true(json_object_get(json, "reset_password"));
    if (!e && reset) e = accounts_reset_password(accounts, account->id, one_time);
    if (!e) e = accounts_get(accounts, account->id, account);
    if (e) {
        answer_err(request, e);
        return;
    }
    if (reset || !account->enabled || account->role != old_role)
        sessions_end_account(request->server->sessions, account->id, 0);
    log_event(LOG_INFO, "people", "account_changed",
              "name=%s role=%s enabled=%d reset=%d by=%s", account->name,
              role_word(account->role), account->enabled, reset,
              request->session.account.name);
    json_account(&request->out, account, reset ? one_time : NULL);
    answer_json(request, 200);
    secret_wipe(one_time, sizeof one_time);
}

void api_accounts_change(struct request *request)
{
    uint64_t id = 0;
    if (request_word_id(request, 0, &id)) return;
    json_t *json = request_json(request);
    if (!json) return;
    struct account account;
    err e = id <= UINT32_MAX
                ? accounts_get(request->server->accounts, (uint32_t)id, &account)
                : ERR_UNKNOWN;
    if (e) {
        answer_err(request, e);
    } else {
        change_account(request, json, &account);
    }
    json_decref(json);
}
