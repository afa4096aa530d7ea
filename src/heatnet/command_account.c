/* command_account.c - heatnet account list, add, reset, enable, disable. */
#include "heatnet/client.h"
#include "heatnet/commands.h"
#include "heatnet/show.h"

#include "base/text.h"

#include <stdio.h>

static int list(struct client *client)
{
    json_t *answer = client_json(client, "GET", "/accounts", NULL);
    if (!answer) return COMMAND_FAILED;
    const json_t *accounts = json_object_get(answer, "accounts");
    printf("%-20s%-16s%-10s%-26s%s\n", "name", "role", "", "last sign-in (UTC)",
           "full name");
    for (size_t i = 0; i < json_array_size(accounts); i++) {
        const json_t *account = json_array_get(accounts, i);
        char at[SHOW_BYTES];
        show_time(NULL, show_i64(account, "last_login_ms"), at);
        bool enabled = json_is_true(json_object_get(account, "enabled"));
        printf("%-20s%-16s%-10s%-26s%s\n", show_text(account, "name"),
               show_text(account, "role"), enabled ? "" : "disabled", at,
               show_text(account, "full_name"));
    }
    json_decref(answer);
    return 0;
}

static int show_made(const json_t *account)
{
    const char *password = show_text(account, "one_time_password");
    if (password[0])
        printf("%s (%s)  one-time password: %s\n", show_text(account, "name"),
               show_text(account, "role"), password);
    else
        printf("%s (%s)  %s\n", show_text(account, "name"), show_text(account, "role"),
               json_is_true(json_object_get(account, "enabled")) ? "enabled"
                                                                 : "disabled");
    return 0;
}

static int add(struct client *client, const char *name, const char *role,
               const char *full_name)
{
    if (!role) {
        fprintf(stderr, "heatnet: which role? --role administrator, operator or user\n");
        return COMMAND_WRONG_USE;
    }
    json_t *body =
        json_pack("{s:s, s:s, s:s}", "name", name, "role", role, "full_name", full_name);
    json_t *made = client_json(client, "POST", "/accounts", body);
    int result = made ? show_made(made) : COMMAND_FAILED;
    json_decref(body);
    json_decref(made);
    return result;
}

/* The number of the account of that name; 0, and said, when there is none. */
static int64_t find(struct client *client, const char *name)
{
    json_t *answer = client_json(client, "GET", "/accounts", NULL);
    if (!answer) return 0;
    const json_t *accounts = json_object_get(answer, "accounts");
    int64_t id = 0;
    for (size_t i = 0; i < json_array_size(accounts); i++) {
        const json_t *account = json_array_get(accounts, i);
        if (text_equal(show_text(account, "name"), name)) id = show_i64(account, "id");
    }
    if (!id) fprintf(stderr, "heatnet: there is no account '%s'\n", name);
    json_decref(answer);
    return id;
}

static int change(struct client *client, const char *name, json_t *body)
{
    char path[64];
    int64_t id = find(client, name);
    if (!id) return COMMAND_FAILED;
    text_format(path, sizeof path, "/accounts/%lld", (long long)id);
    json_t *changed = client_json(client, "PATCH", path, body);
    int result = changed ? show_made(changed) : COMMAND_FAILED;
    json_decref(changed);
    return result;
}

static int run(struct client *client, struct arguments *arguments, const char *what)
{
    const char *role = arguments_option(arguments, "role", NULL);
    const char *full_name = arguments_option(arguments, "full-name", "");
    const char *name = arguments_word(arguments);
    if (!arguments_done(arguments)) return COMMAND_WRONG_USE;
    if (text_equal(what, "list")) return list(client);
    if (!name) {
        fprintf(stderr, "heatnet: whose account? heatnet account %s NAME\n", what);
        return COMMAND_WRONG_USE;
    }
    if (text_equal(what, "add")) return add(client, name, role, full_name);

    json_t *body = NULL;
    if (text_equal(what, "reset")) body = json_pack("{s:b}", "reset_password", 1);
    if (text_equal(what, "enable")) body = json_pack("{s:b}", "enabled", 1);
    if (text_equal(what, "disable")) body = json_pack("{s:b}", "enabled", 0);
    if (!body) {
        fprintf(stderr, "heatnet: account list, add, reset, enable or disable?\n");
        return COMMAND_WRONG_USE;
    }
    int result = change(client, name, body);
    json_decref(body);
    return result;
}

int command_account(struct arguments *arguments, const char *data_folder)
{
    const char *what = arguments_word(arguments);
    struct client client;
    if (client_open(data_folder, &client)) return COMMAND_FAILED;
    int result = run(&client, arguments, what ? what : "list");
    client_close(&client);
    return result;
}
