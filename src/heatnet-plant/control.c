/* control.c - lines over a Unix domain socket. */
#include "heatnet-plant/control.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct client {
    struct watch watch;
    struct control *control;
    char line[COMMAND_LINE_BYTES];
    size_t line_n;
    struct buffer answer;
    size_t sent;
    bool waits;
    int64_t wait_until_s;
};

struct control {
    const struct session *session;
    struct loop *loop;
    struct watch listener;
    struct sockaddr_un address;
    struct client clients[CONTROL_CLIENTS_MAX];
};

static void client_drop(struct client *client)
{
    loop_remove(client->control->loop, &client->watch);
    buffer_close(&client->answer);
    client->line_n = client->sent = 0;
    client->waits = false;
}

/* Send what is ready; false when the client is gone. */
static bool client_flush(struct client *client)
{
    while (!client->waits && client->sent < client->answer.n) {
        ssize_t n = send(client->watch.handle, client->answer.at + client->sent,
                         client->answer.n - client->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) {
            loop_writing(client->control->loop, &client->watch, true);
            return true;
        }
        if (n < 0) return false;
        client->sent += (size_t)n;
    }
    if (client->waits) return true;
    buffer_clear(&client->answer);
    client->sent = 0;
    loop_writing(client->control->loop, &client->watch, false);
    return true;
}

static void client_line(struct client *client, size_t line_n)
{
    const struct session *session = client->control->session;
    int64_t until_s;

    client->line[line_n] = 0;
    command_run(session, client->line, &client->answer, &until_s);
    client->waits = until_s > session->plant->utc_s;
    client->wait_until_s = until_s;
    size_t used = line_n + 1;
    memmove(client->line, client->line + used, client->line_n - used);
    client->line_n -= used;
}

/* The lines that came, one after the other, each after the answer to the one before. */
static bool client_lines(struct client *client)
{
    bool good = client_flush(client);
    while (good && !client->waits && client->answer.n == 0) {
        const char *end = memchr(client->line, '\n', client->line_n);
        if (!end) return client->line_n < sizeof client->line;
        client_line(client, (size_t)(end - client->line));
        good = client_flush(client);
    }
    return good;
}

static void client_ready(void *owner)
{
    struct client *client = owner;
    bool good = true;

    size_t room = sizeof client->line - client->line_n;
    if (!client->watch.writing && room > 0) {
        ssize_t n =
            recv(client->watch.handle, client->line + client->line_n, room, MSG_DONTWAIT);
        if (n > 0)
            client->line_n += (size_t)n;
        else
            good = n < 0 && (errno == EAGAIN || errno == EINTR);
    }
    if (good) good = client_lines(client);
    if (!good) client_drop(client);
}

static void listener_ready(void *owner)
{
    struct control *control = owner;
    int handle =
        accept4(control->listener.handle, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    unsigned at = 0;

    if (handle < 0) return;
    while (at < CONTROL_CLIENTS_MAX && control->clients[at].watch.handle >= 0) at++;
    if (at == CONTROL_CLIENTS_MAX) {
        close(handle);
        return;
    }
    struct client *client = &control->clients[at];
    client->watch.handle = handle;
    buffer_open(&client->answer, COMMAND_ANSWER_BYTES_MAX);
    if (loop_add(control->loop, &client->watch) != ERR_OK) client_drop(client);
}

static err address_of(const char *path, struct sockaddr_un *address)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (!text_copy(address->sun_path, sizeof address->sun_path, path)) return ERR_RANGE;
    return ERR_OK;
}

static err dial(const struct sockaddr_un *address, int *handle)
{
    *handle = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*handle < 0) return err_from_errno(errno);
    if (connect(*handle, (const struct sockaddr *)address, sizeof *address) == 0)
        return ERR_OK;
    close(*handle);
    return ERR_UNKNOWN;
}

static err listen_at(struct control *control)
{
    const struct sockaddr_un *address = &control->address;
    int other;

    if (dial(address, &other) == ERR_OK) {
        close(other);
        control->address.sun_path[0] = 0; /* not ours to remove */
        return ERR_BUSY;
    }
    (void)unlink(address->sun_path);
    int handle = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (handle < 0) return err_from_errno(errno);
    control->listener.handle = handle;
    mode_t mask = umask(0177);
    int failed = bind(handle, (const struct sockaddr *)address, sizeof *address);
    int why = errno;
    umask(mask);
    if (failed || listen(handle, CONTROL_CLIENTS_MAX) != 0)
        return err_from_errno(failed ? why : errno);
    return loop_add(control->loop, &control->listener);
}

err control_open(const char *path, const struct session *session, struct loop *loop,
                 struct control **control)
{
    struct control *c = memory_new(1, sizeof *c);
    if (!c) return ERR_MEMORY;

    c->session = session;
    c->loop = loop;
    c->listener = (struct watch){-1, c, listener_ready, false};
    for (unsigned i = 0; i < CONTROL_CLIENTS_MAX; i++) {
        struct client *client = &c->clients[i];
        client->watch = (struct watch){-1, client, client_ready, false};
        client->control = c;
    }
    err e = address_of(path, &c->address);
    if (!e) e = listen_at(c);
    if (e)
        control_close(c);
    else
        *control = c;
    return e;
}

void control_close(struct control *control)
{
    if (!control) return;
    for (unsigned i = 0; i < CONTROL_CLIENTS_MAX; i++)
        if (control->clients[i].watch.handle >= 0) client_drop(&control->clients[i]);
    if (control->listener.handle >= 0) (void)unlink(control->address.sun_path);
    loop_remove(control->loop, &control->listener);
    memory_free(control);
}

void control_moved(struct control *control)
{
    for (unsigned i = 0; i < CONTROL_CLIENTS_MAX; i++) {
        struct client *client = &control->clients[i];
        if (!client->waits) continue;
        if (client->wait_until_s > control->session->plant->utc_s) continue;
        client->waits = false;
        if (!client_lines(client)) client_drop(client);
    }
}

static err send_line(int handle, int words_n, char *const *words)
{
    struct buffer line;

    buffer_open(&line, COMMAND_LINE_BYTES);
    for (int i = 0; i < words_n; i++)
        buffer_format(&line, "%s%s", i > 0 ? " " : "", words[i]);
    buffer_put_u8(&line, '\n');
    err e = line.broken;
    if (!e && send(handle, line.at, line.n, MSG_NOSIGNAL) != (ssize_t)line.n) e = ERR_IO;
    buffer_close(&line);
    return e;
}

/* Where the last whole line starts; `text.n` when the last line is not yet whole. */
static size_t last_line(struct bytes text)
{
    size_t at = text.n;
    if (at == 0 || text.at[at - 1] != '\n') return text.n;
    for (at--; at > 0 && text.at[at - 1] != '\n'; at--)
        ;
    return at;
}

static bool ends(struct bytes text, const char *start)
{
    size_t at = last_line(text), n = strlen(start);
    return text.n - at > n && memcmp(text.at + at, start, n) == 0;
}

/* Everything up to and including the line that ends the answer. */
static err read_answer(int handle, struct buffer *answer)
{
    while (!ends(buffer_bytes(answer), "ok") && !ends(buffer_bytes(answer), "error:")) {
        uint8_t part[4096];
        ssize_t n = recv(handle, part, sizeof part, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return ERR_CLOSED;
        buffer_put(answer, (struct bytes){part, (size_t)n});
        if (answer->broken) return answer->broken;
    }
    return ERR_OK;
}

static void print(int handle, struct bytes text)
{
    while (text.n > 0) {
        ssize_t n = write(handle, text.at, text.n);
        if (n <= 0) return;
        text = (struct bytes){text.at + n, text.n - (size_t)n};
    }
}

err control_call(const char *path, int words_n, char *const *words)
{
    struct sockaddr_un address;
    struct buffer answer;
    int handle = -1;

    err e = address_of(path, &address);
    if (!e) e = dial(&address, &handle);
    if (e) return e;
    buffer_open(&answer, COMMAND_ANSWER_BYTES_MAX + COMMAND_LINE_BYTES);
    e = send_line(handle, words_n, words);
    if (!e) e = read_answer(handle, &answer);
    if (!e) {
        struct bytes text = buffer_bytes(&answer);
        size_t last = last_line(text);
        bool good = ends(text, "ok");
        print(STDOUT_FILENO, (struct bytes){text.at, last});
        if (!good) print(STDERR_FILENO, (struct bytes){text.at + last, text.n - last});
        if (!good) e = ERR_REFUSED;
    }
    buffer_close(&answer);
    close(handle);
    return e;
}
