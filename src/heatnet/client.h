/* client.h - asks the server over its local socket, DATA/heatnetd.socket. */
#ifndef HEATNET_HEATNET_CLIENT_H
#define HEATNET_HEATNET_CLIENT_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/file.h"

#include <jansson.h>

struct client {
    const char *data_folder;
    char socket_path[FILE_PATH_BYTES];
    void *curl;
    struct buffer answer;
    long status;
    char next_cursor[64]; /* header X-Next-Cursor of the answer; "" = none */
};

struct ask {
    const char *method; /* "GET" */
    const char *path;   /* behind /api/v1, query included */
    const char *type;   /* of the body; NULL = none */
    struct bytes body;
    const char *accept; /* NULL = JSON */
};

MUST_USE err client_open(const char *data_folder, struct client *client);
void client_close(struct client *client);

/* ERR_OK for every answer of the server, also a problem: see client->status. ERR_REFUSED:
 * no server; a sentence has been printed. */
MUST_USE err client_ask(struct client *client, const struct ask *ask);
/* The usual: ask, print a problem to stderr, parse.  NULL after anything but success. */
json_t *client_json(struct client *client, const char *method, const char *path,
                    const json_t *body);
/* Title and detail of a problem, to stderr. */
void client_print_problem(const struct client *client);
/* `text` with everything but letters, digits and -_.~ as %XX. */
void client_escape(const char *text, struct buffer *out);

#endif
