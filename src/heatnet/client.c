/* client.c - see client.h. */
#include "heatnet/client.h"

#include "base/text.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ANSWER_BYTES_MAX = 512 << 20, URL_BYTES = 2048 };

static size_t take(char *data, size_t size, size_t n, void *context)
{
    struct buffer *answer = context;
    buffer_put(answer, (struct bytes){(const uint8_t *)data, size * n});
    return answer->broken ? 0 : size * n;
}

err client_open(const char *data_folder, struct client *client)
{
    *client = (struct client){.data_folder = data_folder};
    buffer_open(&client->answer, ANSWER_BYTES_MAX);
    if (!file_path(client->socket_path, data_folder, "heatnetd.socket")) return ERR_RANGE;
    client->curl = curl_easy_init();
    return client->curl ? ERR_OK : ERR_MEMORY;
}

void client_close(struct client *client)
{
    buffer_close(&client->answer);
    curl_easy_cleanup(client->curl);
}

static err no_server(const struct client *client, CURLcode code)
{
    if (code == CURLE_COULDNT_CONNECT && access(client->socket_path, W_OK) < 0 &&
        errno == EACCES)
        fprintf(stderr, "heatnet: only the server's own user and root may ask %s\n",
                client->socket_path);
    else if (code == CURLE_COULDNT_CONNECT)
        fprintf(stderr,
                "heatnet: no server runs on %s: start it with\n"
                "         heatnetd --data %s\n"
                "         or name its folder with --data DIR or HEATNET_DATA\n",
                client->data_folder, client->data_folder);
    else
        fprintf(stderr, "heatnet: %s: %s\n", client->socket_path,
                curl_easy_strerror(code));
    return ERR_REFUSED;
}

static struct curl_slist *make_headers(const struct ask *ask)
{
    char line[200];
    struct curl_slist *list = curl_slist_append(NULL, "Accept-Language: en");
    text_format(line, sizeof line, "Accept: %s",
                ask->accept ? ask->accept : "application/json");
    list = curl_slist_append(list, line);
    list = curl_slist_append(list, "Expect:");
    if (!ask->type) return list;
    text_format(line, sizeof line, "Content-Type: %s", ask->type);
    return curl_slist_append(list, line);
}

err client_ask(struct client *client, const struct ask *ask)
{
    char url[URL_BYTES];
    if (!text_format(url, sizeof url, "http://localhost/api/v1%s", ask->path))
        return ERR_RANGE;
    CURL *curl = client->curl;
    struct curl_slist *headers = make_headers(ask);
    curl_easy_reset(curl);
    buffer_clear(&client->answer);
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, client->socket_path);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &client->answer);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, ask->method);
    if (ask->type) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS,
                         ask->body.n ? (const char *)ask->body.at : "");
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)ask->body.n);
    }
    CURLcode code = curl_easy_perform(curl);
    curl_slist_free_all(headers);
    if (code) return no_server(client, code);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &client->status);
    struct curl_header *cursor = NULL;
    bool there = curl_easy_header(curl, "X-Next-Cursor", 0, CURLH_HEADER, -1, &cursor) ==
                 CURLHE_OK;
    text_copy(client->next_cursor, sizeof client->next_cursor,
              there ? cursor->value : "");
    return ERR_OK;
}

static json_t *parse(const struct client *client)
{
    json_error_t error;
    return json_loadb((const char *)client->answer.at, client->answer.n, 0, &error);
}

void client_print_problem(const struct client *client)
{
    json_t *json = parse(client);
    const char *title = json_string_value(json_object_get(json, "title"));
    const char *detail = json_string_value(json_object_get(json, "detail"));
    fprintf(stderr, "heatnet: %s%s%s\n", title ? title : "the server did not understand",
            detail && detail[0] ? ": " : "", detail ? detail : "");
    json_decref(json);
}

json_t *client_json(struct client *client, const char *method, const char *path,
                    const json_t *body)
{
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    struct ask ask = {.method = method, .path = path};
    if (text) {
        ask.type = "application/json";
        ask.body = bytes_of_text(text);
    }
    err e = client_ask(client, &ask);
    free(text); /* tidy: allow memory: it is jansson's */
    if (e) return NULL;
    if (client->status >= 300) {
        client_print_problem(client);
        return NULL;
    }
    return parse(client);
}

void client_escape(const char *text, struct buffer *out)
{
    for (const char *at = text; *at; at++) {
        unsigned char c = (unsigned char)*at;
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                     (c >= 'A' && c <= 'Z') || strchr("-_.~", c);
        if (plain)
            buffer_put_u8(out, c);
        else
            buffer_format(out, "%%%02X", c);
    }
}
