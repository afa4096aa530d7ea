/* http.c - the few options of libcurl that we need; see the header. */
#include "collect/http.h"

#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"

#include <curl/curl.h>

struct http {
    CURL *curl;
    struct curl_slist *headers;
    char error[CURL_ERROR_SIZE];
};

/* The first failure stays in *ok, so that a row of settings is checked once. */
static void set_number(struct http *h, bool *ok, CURLoption option, long value)
{
    *ok = *ok && curl_easy_setopt(h->curl, option, value) == CURLE_OK;
}

static void set_pointer(struct http *h, bool *ok, CURLoption option, const void *value)
{
    *ok = *ok && curl_easy_setopt(h->curl, option, value) == CURLE_OK;
}

static size_t receive(char *data, size_t item_bytes, size_t n, void *context)
{
    struct buffer *answer = context;

    buffer_put(answer, (struct bytes){(const uint8_t *)data, item_bytes * n});
    return answer->broken ? 0 : item_bytes * n; /* 0 ends the transfer */
}

static bool set_options(struct http *h, const struct http_options *options)
{
    bool ok = curl_easy_setopt(h->curl, CURLOPT_WRITEFUNCTION, receive) == CURLE_OK;

    set_pointer(h, &ok, CURLOPT_ERRORBUFFER, h->error);
    set_number(h, &ok, CURLOPT_NOSIGNAL, 1);
    set_pointer(h, &ok, CURLOPT_PROTOCOLS_STR, "https");
    set_number(h, &ok, CURLOPT_FOLLOWLOCATION, 0);
    set_number(h, &ok, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_3);
    set_number(h, &ok, CURLOPT_SSL_VERIFYPEER, 1);
    set_number(h, &ok, CURLOPT_SSL_VERIFYHOST, 2);
    set_pointer(h, &ok, CURLOPT_CAINFO, options->authority);
    set_pointer(h, &ok, CURLOPT_CAPATH, NULL);
    set_pointer(h, &ok, CURLOPT_SSLCERT, options->certificate);
    set_pointer(h, &ok, CURLOPT_SSLKEY, options->key);
    set_pointer(h, &ok, CURLOPT_PROXY, "");
    set_number(h, &ok, CURLOPT_TCP_NODELAY, 1);
    set_number(h, &ok, CURLOPT_TCP_KEEPALIVE, 1);
    set_number(h, &ok, CURLOPT_CONNECTTIMEOUT_MS, (long)options->connect_ms);
    set_number(h, &ok, CURLOPT_TIMEOUT_MS, (long)options->answer_ms);
    set_pointer(h, &ok, CURLOPT_HTTPHEADER, h->headers);
    set_pointer(h, &ok, CURLOPT_USERAGENT, "heatnet-edge/" HEATNET_VERSION);
    set_number(h, &ok, CURLOPT_MAXCONNECTS, 1);
    return ok;
}

err http_open(const struct http_options *options, struct http **http)
{
    ensure(options && http);

    struct http *h = memory_new(1, sizeof *h);
    if (!h) return ERR_MEMORY;
    h->curl = curl_easy_init();
    h->headers = curl_slist_append(NULL, "Content-Type: application/x-protobuf");
    if (h->headers) {
        /* Without this libcurl waits a second for a 100 before large bodies. */
        struct curl_slist *more = curl_slist_append(h->headers, "Expect:");
        if (!more) curl_slist_free_all(h->headers);
        h->headers = more;
    }
    if (!h->curl || !h->headers || !set_options(h, options)) {
        http_close(h);
        return ERR_MEMORY;
    }
    *http = h;
    return ERR_OK;
}

void http_close(struct http *h)
{
    if (!h) return;
    if (h->curl) curl_easy_cleanup(h->curl);
    curl_slist_free_all(h->headers);
    memory_free(h);
}

static err class_of(CURLcode code, const struct buffer *answer)
{
    if (answer->broken) return answer->broken;
    switch ((int)code) {
    case CURLE_OPERATION_TIMEDOUT: return ERR_TIMEOUT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE: return ERR_DENIED;
    case CURLE_OUT_OF_MEMORY: return ERR_MEMORY;
    default: return ERR_CLOSED;
    }
}

err http_interface(struct http *h, const char *interface)
{
    ensure(h && interface);

    bool ok = true;
    set_pointer(h, &ok, CURLOPT_INTERFACE, interface[0] ? interface : NULL);
    return ok ? ERR_OK : ERR_MEMORY;
}

err http_request(struct http *h, const char *url, struct bytes body,
                 struct buffer *answer, char error[HTTP_ERROR_BYTES])
{
    ensure(h && url && answer && error);

    bool ok = true;
    long status = 0;

    set_pointer(h, &ok, CURLOPT_URL, url);
    if (body.at) {
        set_number(h, &ok, CURLOPT_POST, 1);
        set_pointer(h, &ok, CURLOPT_POSTFIELDS, body.at);
        set_number(h, &ok, CURLOPT_POSTFIELDSIZE, (long)body.n);
    } else {
        set_number(h, &ok, CURLOPT_HTTPGET, 1);
    }
    set_pointer(h, &ok, CURLOPT_WRITEDATA, answer);
    if (!ok) return ERR_MEMORY;

    h->error[0] = 0;
    error[0] = 0;
    CURLcode code = curl_easy_perform(h->curl);
    if (code != CURLE_OK) {
        const char *text = h->error[0] ? h->error : curl_easy_strerror(code);
        (void)text_copy(error, HTTP_ERROR_BYTES, text);
        return class_of(code, answer);
    }
    (void)curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status == 200) return ERR_OK;
    (void)text_format(error, HTTP_ERROR_BYTES, "the server answered with status %ld",
                      status);
    return ERR_REFUSED;
}
