/* plant_line.c - see the header. */
#include "heatnet-edge/plant_line.h"

#include "base/ensure.h"
#include "base/text.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

err plant_line_open(const char *path, struct plant_line *line)
{
    ensure(path && line);

    struct sockaddr_un address = {.sun_family = AF_UNIX};

    *line = (struct plant_line){.handle = -1};
    if (!text_copy(address.sun_path, sizeof address.sun_path, path)) return ERR_RANGE;
    line->handle = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (line->handle < 0) return err_from_errno(errno);
    if (connect(line->handle, (struct sockaddr *)&address, sizeof address) == 0)
        return ERR_OK;
    err e = err_from_errno(errno);
    plant_line_close(line);
    return e;
}

void plant_line_close(struct plant_line *line)
{
    ensure(line);
    if (line->handle >= 0) (void)close(line->handle);
    line->handle = -1;
}

static err send_all(int handle, const char *text, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(handle, text, n, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return ERR_CLOSED;
        text += sent;
        n -= (size_t)sent;
    }
    return ERR_OK;
}

/* The next line without its end into `out`. */
static err take_line(struct plant_line *line, char out[PLANT_LINE_BYTES])
{
    for (;;) {
        char *end = memchr(line->bytes, '\n', line->n);
        if (end) {
            size_t n = (size_t)(end - line->bytes);
            memcpy(out, line->bytes, n);
            out[n] = 0;
            line->n -= n + 1;
            memmove(line->bytes, end + 1, line->n);
            return ERR_OK;
        }
        if (line->n == sizeof line->bytes) return ERR_FULL;
        ssize_t got =
            recv(line->handle, line->bytes + line->n, sizeof line->bytes - line->n, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return ERR_CLOSED;
        line->n += (size_t)got;
    }
}

err plant_line_ask(struct plant_line *line, const char *request, char *answer,
                   size_t answer_n)
{
    ensure(line && line->handle >= 0 && request && answer_n > 0);

    char text[PLANT_LINE_BYTES];

    if (!text_format(text, sizeof text, "%s\n", request)) return ERR_FULL;
    answer[0] = 0;
    err e = send_all(line->handle, text, strlen(text));
    while (!e) {
        e = take_line(line, text);
        if (e || text_equal(text, "ok")) break;
        if (text_starts(text, "error:")) e = ERR_REFUSED;
        if (e || !answer[0]) (void)text_copy(answer, answer_n, text);
    }
    return e;
}
