/* command_token.c - heatnet token add, list, remove. */
#include "heatnet/client.h"
#include "heatnet/commands.h"
#include "heatnet/show.h"

#include "base/text.h"

#include <stdio.h>

static int add(struct client *client, struct arguments *arguments)
{
    bool reads = arguments_flag(arguments, "read");
    bool writes = arguments_flag(arguments, "write");
    bool creates = arguments_flag(arguments, "create");
    const char *name = arguments_word(arguments);
    if (!arguments_done(arguments)) return COMMAND_WRONG_USE;
    if (!name || (creates && !writes)) {
        fprintf(stderr, "heatnet: token add NAME [--read] [--write [--create]]\n");
        return COMMAND_WRONG_USE;
    }
    json_t *rights = json_array();
    if (reads || !writes) json_array_append_new(rights, json_string("history.read"));
    if (writes) json_array_append_new(rights, json_string("history.write"));
    if (creates) json_array_append_new(rights, json_string("series.create"));
    json_t *body = json_pack("{s:s, s:o}", "name", name, "rights", rights);
    json_t *made = client_json(client, "POST", "/tokens", body);
    if (made) {
        printf("%s\n", show_text(made, "token"));
        fprintf(stderr, "heatnet: this token is shown once; keep it\n");
    }
    int result = made ? 0 : COMMAND_FAILED;
    json_decref(body);
    json_decref(made);
    return result;
}

static void print_token(const json_t *token)
{
    char made[SHOW_BYTES], used[SHOW_BYTES];
    const json_t *rights = json_object_get(token, "rights");
    show_time(NULL, show_i64(token, "made_ms"), made);
    show_time(NULL, show_i64(token, "used_ms"), used);
    printf("%-6lld%-32s%-26s%-26s%-16s", (long long)show_i64(token, "id"),
           show_text(token, "name"), made, used, show_text(token, "made_by"));
    for (size_t i = 0; i < json_array_size(rights); i++)
        printf(" %s", json_string_value(json_array_get(rights, i)));
    printf("\n");
}

static int list(struct client *client, struct arguments *arguments)
{
    if (!arguments_done(arguments)) return COMMAND_WRONG_USE;
    json_t *answer = client_json(client, "GET", "/tokens", NULL);
    if (!answer) return COMMAND_FAILED;
    const json_t *tokens = json_object_get(answer, "tokens");
    printf("%-6s%-32s%-26s%-26s%-16s rights\n", "id", "token", "made (UTC)", "used (UTC)",
           "made by");
    for (size_t i = 0; i < json_array_size(tokens); i++)
        print_token(json_array_get(tokens, i));
    json_decref(answer);
    return 0;
}

/* 0 = there is none. */
static int64_t find_id(struct client *client, const char *name)
{
    json_t *answer = client_json(client, "GET", "/tokens", NULL);
    const json_t *tokens = json_object_get(answer, "tokens");
    int64_t id = 0;
    for (size_t i = 0; !id && i < json_array_size(tokens); i++)
        if (text_equal(show_text(json_array_get(tokens, i), "name"), name))
            id = show_i64(json_array_get(tokens, i), "id");
    if (answer && !id) fprintf(stderr, "heatnet: there is no token '%s'\n", name);
    json_decref(answer);
    return id;
}

static int remove_token(struct client *client, struct arguments *arguments)
{
    const char *name = arguments_word(arguments);
    if (!arguments_done(arguments) || !name) return COMMAND_WRONG_USE;
    int64_t id = find_id(client, name);
    if (!id) return COMMAND_FAILED;
    char path[64];
    text_format(path, sizeof path, "/tokens/%lld", (long long)id);
    struct ask ask = {.method = "DELETE", .path = path};
    if (client_ask(client, &ask)) return COMMAND_FAILED;
    if (client->status != 204) {
        client_print_problem(client);
        return COMMAND_FAILED;
    }
    printf("Token %s is removed.\n", name);
    return 0;
}

int command_token(struct arguments *arguments, const char *data_folder)
{
    const char *what = arguments_word(arguments);
    struct client client;
    if (!what) {
        fprintf(stderr, "heatnet: token add, list or remove?\n");
        return COMMAND_WRONG_USE;
    }
    if (client_open(data_folder, &client)) return COMMAND_FAILED;
    int result = COMMAND_WRONG_USE;
    if (text_equal(what, "add"))
        result = add(&client, arguments);
    else if (text_equal(what, "list"))
        result = list(&client, arguments);
    else if (text_equal(what, "remove"))
        result = remove_token(&client, arguments);
    else
        fprintf(stderr, "heatnet: token add, list or remove, not '%s'\n", what);
    client_close(&client);
    return result;
}
