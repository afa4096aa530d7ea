/* static_files.c - the built web UI from its folder.
 *
 * A path is taken only when each of its words is made of plain characters and does not
 * begin with a point: nothing outside the folder has such a name.  Unknown paths without
 * a file extension are pages of the UI and get index.html. */
#include "base/file.h"
#include "base/text.h"
#include "serve/api.h"
#include "serve/request.h"
#include "serve/server.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char missing_page[] =
    "<!doctype html><html lang=\"zh\"><head><meta "
    "charset=\"utf-8\"><title>heatnet</title>"
    "</head><body><h1>heatnet</h1><p>服务器正在运行，但网页界面尚未构建：<code>make "
    "build</code></p>"
    "<p>The server runs, but its web UI has not been built: <code>make build</code></p>"
    "</body></html>\n";

static const struct {
    const char *extension, *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
};

static const char *type_of(const char *path)
{
    const char *point = strrchr(path, '.');
    for (size_t i = 0; point && i < sizeof types / sizeof types[0]; i++)
        if (text_equal(types[i].extension, point)) return types[i].type;
    return NULL;
}

static bool path_is_plain(const char *path)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789-_./";
    if (path[0] != '/' || path[strspn(path, plain)] != '\0') return false;
    return !strstr(path, "/.") && !strstr(path, "//");
}

/* Open a regular file; the handle or -1. */
static int open_file(const char *folder, const char *path, const char *suffix,
                     struct stat *found)
{
    char whole[FILE_PATH_BYTES];
    if (!text_format(whole, sizeof whole, "%s%s%s", folder, path, suffix)) return -1;
    int handle = open(whole, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (handle < 0) return -1;
    if (fstat(handle, found) == 0 && S_ISREG(found->st_mode)) return handle;
    close(handle);
    return -1;
}

static bool takes_gzip(const struct request *request)
{
    const char *accept = request_header(request, "Accept-Encoding");
    return accept && strstr(accept, "gzip") != NULL;
}

static bool send_file(struct request *request, const char *path)
{
    const char *folder = request->server->options.web_folder;
    struct stat found;
    bool gzip = takes_gzip(request);
    int handle = gzip ? open_file(folder, path, ".gz", &found) : -1;
    if (handle < 0) {
        gzip = false;
        handle = open_file(folder, path, "", &found);
    }
    if (handle < 0) return false;
    char tag[64];
    text_format(tag, sizeof tag, "\"%llx-%llx%s\"", (unsigned long long)found.st_mtime,
                (unsigned long long)found.st_size, gzip ? "-gz" : "");
    const char *known = request_header(request, "If-None-Match");
    if (known && text_equal(known, tag)) {
        close(handle);
        answer_empty(request, 304);
    } else {
        request->response = MHD_create_response_from_fd((uint64_t)found.st_size, handle);
        if (!request->response) close(handle);
        request->status = request->response ? 200 : 500;
        request->content_type = type_of(path);
    }
    answer_header_format(request, "ETag", "%s", tag);
    answer_header(request, "Vary", "Accept-Encoding");
    if (gzip && request->status == 200)
        answer_header(request, "Content-Encoding", "gzip");
    answer_header(request, "Cache-Control",
                  text_starts(path, "/assets/") ? "public, max-age=31536000, immutable"
                                                : "no-cache");
    return true;
}

/* A page of the UI: no extension in its last word. */
static bool is_page(const char *path)
{
    const char *last = strrchr(path, '/');
    return last && !strchr(last, '.');
}

void static_files(struct request *request)
{
    const char *path = request->path;
    if (!path_is_plain(path)) {
        answer_problem(request, PROBLEM_UNKNOWN, NULL, NULL);
        return;
    }
    if (type_of(path) && send_file(request, path)) return;
    if (is_page(path)) {
        if (send_file(request, "/index.html")) return;
        buffer_put_text(&request->out, missing_page);
        answer_out(request, "text/html; charset=utf-8");
        answer_header(request, "Cache-Control", "no-cache");
        return;
    }
    answer_problem(request, PROBLEM_UNKNOWN, NULL, NULL);
}
