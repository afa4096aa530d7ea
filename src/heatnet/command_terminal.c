/* command_terminal.c - heatnet terminal add, list, enable, disable. */
#include "heatnet/client.h"
#include "heatnet/commands.h"
#include "heatnet/show.h"

#include "base/text.h"

#include <stdio.h>

static err write_pem(const char *folder, const char *name, const char *pem)
{
    char path[FILE_PATH_BYTES];
    if (!file_path(path, folder, name)) return ERR_RANGE;
    err e = file_replace(path, bytes_of_text(pem)); /* mode 0600 */
    if (e) fprintf(stderr, "heatnet: %s: %s\n", path, err_text(e));
    return e;
}

static int write_files(const json_t *made, const char *code, const char *folder)
{
    char name[FILE_PATH_BYTES];
    err e = folder_make(folder);
    if (e) fprintf(stderr, "heatnet: %s: %s\n", folder, err_text(e));
    if (!e && text_format(name, sizeof name, "%s.pem", code))
        e = write_pem(folder, name, show_text(made, "certificate"));
    if (!e && text_format(name, sizeof name, "%s.key", code))
        e = write_pem(folder, name, show_text(made, "key"));
    if (!e) e = write_pem(folder, "authority.pem", show_text(made, "authority"));
    if (e) return COMMAND_FAILED;
    printf("Terminal %s is enrolled: %s/%s.pem, %s.key, authority.pem\n"
           "Copy the three files to the terminal and start it with\n"
           "  heatnet-edge run --server %s --terminal %s --data DIR \\\n"
           "    --certificate %s/%s.pem --key %s/%s.key --authority %s/authority.pem\n",
           code, folder, code, code, show_text(made, "server"), code, folder, code,
           folder, code, folder);
    return 0;
}

static int add(struct client *client, struct arguments *arguments)
{
    const char *name = arguments_option(arguments, "name", NULL);
    const char *folder = arguments_option(arguments, "out", ".");
    const char *code = arguments_word(arguments);
    if (!arguments_done(arguments)) return COMMAND_WRONG_USE;
    if (!code) {
        fprintf(stderr, "heatnet: which code? heatnet terminal add CODE\n");
        return COMMAND_WRONG_USE;
    }
    json_t *body = json_pack("{s:s, s:s}", "code", code, "name", name ? name : code);
    json_t *made = client_json(client, "POST", "/terminals", body);
    int result = made ? write_files(made, code, folder) : COMMAND_FAILED;
    json_decref(body);
    json_decref(made);
    return result;
}

static void print_terminal(const json_t *terminal)
{
    char last[SHOW_BYTES];
    show_time(NULL, show_i64(terminal, "last_frame_ms"), last);
    bool enabled = json_is_true(json_object_get(terminal, "enabled"));
    bool connected = json_is_true(json_object_get(terminal, "connected"));
    printf("%-16s%-10s%-6s%10lld%10lld%10lld%9zu  %s\n", show_text(terminal, "code"),
           enabled ? "enabled" : "disabled", connected ? "yes" : "no",
           (long long)show_i64(terminal, "frames_stored"),
           (long long)show_i64(terminal, "frames_rejected"),
           (long long)show_i64(terminal, "missing_sequences"),
           json_array_size(json_object_get(terminal, "devices")), last);
}

static int list(struct client *client, struct arguments *arguments)
{
    if (!arguments_done(arguments)) return COMMAND_WRONG_USE;
    json_t *answer = client_json(client, "GET", "/terminals", NULL);
    if (!answer) return COMMAND_FAILED;
    const json_t *terminals = json_object_get(answer, "terminals");
    printf("%-16s%-10s%-6s%10s%10s%10s%9s  %s\n", "terminal", "", "there", "stored",
           "rejected", "missing", "devices", "last frame (UTC)");
    for (size_t i = 0; i < json_array_size(terminals); i++)
        print_terminal(json_array_get(terminals, i));
    json_decref(answer);
    return 0;
}

static int enable(struct client *client, struct arguments *arguments, bool enabled)
{
    const char *code = arguments_word(arguments);
    if (!arguments_done(arguments) || !code) return COMMAND_WRONG_USE;
    struct buffer path;
    buffer_open(&path, 256);
    buffer_put_text(&path, "/terminals/");
    client_escape(code, &path);
    buffer_put_u8(&path, 0);
    json_t *body = json_pack("{s:b}", "enabled", enabled);
    json_t *answer =
        path.broken ? NULL : client_json(client, "PATCH", (const char *)path.at, body);
    if (answer) printf("Terminal %s is %s.\n", code, enabled ? "enabled" : "disabled");
    int result = answer ? 0 : COMMAND_FAILED;
    json_decref(body);
    json_decref(answer);
    buffer_close(&path);
    return result;
}

int command_terminal(struct arguments *arguments, const char *data_folder)
{
    const char *what = arguments_word(arguments);
    struct client client;
    if (!what) {
        fprintf(stderr, "heatnet: terminal add, list, enable or disable?\n");
        return COMMAND_WRONG_USE;
    }
    if (client_open(data_folder, &client)) return COMMAND_FAILED;
    int result = COMMAND_WRONG_USE;
    if (text_equal(what, "add"))
        result = add(&client, arguments);
    else if (text_equal(what, "list"))
        result = list(&client, arguments);
    else if (text_equal(what, "enable") || text_equal(what, "disable"))
        result = enable(&client, arguments, text_equal(what, "enable"));
    else
        fprintf(stderr, "heatnet: terminal add, list, enable or disable, not '%s'\n",
                what);
    client_close(&client);
    return result;
}
