/* upload_bench.c - load for the whole path: encoded frames over TLS to a running
 * heatnetd, as fast as it acknowledges them.
 *
 *   upload_bench SERVER CERTIFICATE KEY AUTHORITY TERMINAL FRAMES ROWS CONNECTIONS
 *
 * Each frame holds ROWS times of 40 points of one device.  Frames are encoded before the
 * clock starts.  Prints: acknowledged samples, seconds, own CPU seconds.  The devices and
 * points are those of the server's own configuration for the terminal. */
#include "base/clock.h"
#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/thread.h"
#include "wire/frame.h"

#include <curl/curl.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { CONNECTIONS_MAX = 64, UPLOAD_MAX = FRAME_BYTES_MAX + 64, STEP_MS = 10000 };

struct bench {
    const char *server, *certificate, *key, *authority, *terminal;
    uint32_t frames_n, rows, connections;
    json_t *configuration;
    struct buffer *uploads; /* one a frame */
    uint64_t samples_n;
};

struct lane {
    struct bench *bench;
    uint32_t first;
    uint64_t acknowledged;
    struct thread thread;
};

static size_t keep(char *at, size_t one, size_t n, void *context)
{
    buffer_put(context, (struct bytes){(const uint8_t *)at, one * n});
    return one * n;
}

static CURL *connect_to(const struct bench *bench, const char *path,
                        struct buffer *answer)
{
    char url[512];
    ensure(text_format(url, sizeof url, "%s%s", bench->server, path));
    CURL *curl = curl_easy_init();
    ensure(curl != NULL);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_SSLCERT, bench->certificate);
    curl_easy_setopt(curl, CURLOPT_SSLKEY, bench->key);
    curl_easy_setopt(curl, CURLOPT_CAINFO, bench->authority);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    return curl;
}

static bool fetch_configuration(struct bench *bench)
{
    struct buffer answer;
    buffer_open(&answer, 64u << 20);
    CURL *curl = connect_to(bench, "/uplink/v1/configuration", &answer);
    CURLcode code = curl_easy_perform(curl);
    curl_easy_cleanup(curl);
    if (code == CURLE_OK)
        bench->configuration = json_loadb((const char *)answer.at, answer.n, 0, NULL);
    else
        fprintf(stderr, "upload_bench: %s\n", curl_easy_strerror(code));
    buffer_close(&answer);
    return bench->configuration != NULL;
}

/* A temperature-like walk at a resolution of 0.1, a repeatable one for each column. */
static double walk(uint64_t *state, double before)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    int step = (int)((*state >> 33) % 5) - 2;
    return round(before * 10 + step) / 10;
}

static void fill_block(const json_t *device, uint32_t row_first, struct block *block)
{
    const json_t *points = json_object_get(device, "points");
    block->device = (uint32_t)json_integer_value(json_object_get(device, "id"));
    for (size_t r = 0; r < block->times_n; r++)
        block->times_ms[r] = 1700000000000 + (int64_t)(row_first + r) * STEP_MS;
    for (size_t c = 0; c < block->columns_n; c++) {
        block->points[c] = (uint32_t)json_integer_value(json_array_get(points, c));
        uint64_t state = (uint64_t)block->points[c] * 7919 + row_first;
        double value = 40 + (double)c;
        for (size_t r = 0; r < block->times_n; r++) {
            value = walk(&state, value);
            block->values[c * block->times_n + r] = value;
        }
    }
}

static bool encode_frames(struct bench *bench)
{
    const json_t *devices = json_object_get(bench->configuration, "devices");
    size_t devices_n = json_array_size(devices);
    bench->uploads = memory_new(bench->frames_n, sizeof *bench->uploads);
    if (devices_n == 0 || bench->uploads == NULL) return false;
    struct arena arena;
    arena_open(&arena, 256u << 20);
    for (uint32_t i = 0; i < bench->frames_n; i++) {
        const json_t *device = json_array_get(devices, i % devices_n);
        size_t columns = json_array_size(json_object_get(device, "points"));
        size_t n = columns * bench->rows;
        struct block block = {
            .times_n = bench->rows,
            .columns_n = columns,
            .times_ms = arena_new(&arena, bench->rows, sizeof(int64_t)),
            .points = arena_new(&arena, columns, sizeof(uint32_t)),
            .values = arena_new(&arena, n, sizeof(double)),
            .qualities = arena_new(&arena, n, 1),
        };
        fill_block(device, (uint32_t)(i / devices_n) * bench->rows, &block);
        struct frame frame = {
            .spool = 42, .sequence = i + 1, .blocks_n = 1, .blocks = &block};
        frame.transmitted_ms = block.times_ms[bench->rows - 1];
        ensure(text_copy(frame.terminal, sizeof frame.terminal, bench->terminal));
        buffer_open(&bench->uploads[i], UPLOAD_MAX);
        if (frame_encode(&frame, &bench->uploads[i])) return false;
        bench->samples_n += n;
        arena_close(&arena);
    }
    return true;
}

static void *run_lane(void *context)
{
    struct lane *lane = context;
    struct bench *bench = lane->bench;
    struct buffer body;
    struct arena arena;
    buffer_open(&body, 1u << 20);
    arena_open(&arena, 1u << 20);
    CURL *curl = connect_to(bench, "/uplink/v1/frames", &body);
    struct curl_slist *headers =
        curl_slist_append(NULL, "Content-Type: application/x-protobuf");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    for (uint32_t i = lane->first; i < bench->frames_n; i += bench->connections) {
        buffer_clear(&body);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, (const char *)bench->uploads[i].at);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)bench->uploads[i].n);
        struct answer answer;
        if (curl_easy_perform(curl) != CURLE_OK) break;
        if (answer_decode(buffer_bytes(&body), &arena, &answer)) break;
        if (answer.verdicts_n != 1 || answer.verdicts[0].result != UPLOAD_STORED) break;
        lane->acknowledged++;
        arena_close(&arena);
    }
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    arena_close(&arena);
    buffer_close(&body);
    return NULL;
}

static void run_all(struct bench *bench)
{
    struct clock clock;
    clock_machine(&clock);
    struct lane lanes[CONNECTIONS_MAX] = {0};
    int64_t start = clock_mono_us(&clock);
    for (uint32_t i = 0; i < bench->connections; i++) {
        lanes[i] = (struct lane){.bench = bench, .first = i};
        ensure(thread_start(&lanes[i].thread, "lane", run_lane, &lanes[i]) == ERR_OK);
    }
    uint64_t frames = 0, bytes = 0;
    for (uint32_t i = 0; i < bench->connections; i++) {
        thread_join(&lanes[i].thread);
        frames += lanes[i].acknowledged;
    }
    double seconds = (double)(clock_mono_us(&clock) - start) / 1e6;
    for (uint32_t i = 0; i < bench->frames_n; i++) bytes += bench->uploads[i].n;
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    double samples = (double)bench->samples_n * (double)frames / bench->frames_n;
    printf("samples %.0f of %llu seconds %.3f own_cpu %.3f bytes_per_sample %.3f\n",
           samples, (unsigned long long)bench->samples_n, seconds,
           (double)used.ru_utime.tv_sec + (double)used.ru_utime.tv_usec / 1e6,
           (double)bytes / (double)bench->samples_n);
}

int main(int argc, char **argv)
{
    struct bench bench = {0};
    if (argc != 9 || text_to_u32(argv[6], &bench.frames_n) ||
        text_to_u32(argv[7], &bench.rows) || text_to_u32(argv[8], &bench.connections) ||
        bench.connections < 1 || bench.connections > CONNECTIONS_MAX) {
        fputs("upload_bench SERVER CERTIFICATE KEY AUTHORITY TERMINAL FRAMES ROWS "
              "CONNECTIONS\n",
              stderr);
        return 2;
    }
    bench.server = argv[1];
    bench.certificate = argv[2];
    bench.key = argv[3];
    bench.authority = argv[4];
    bench.terminal = argv[5];
    curl_global_init(CURL_GLOBAL_DEFAULT);
    if (!fetch_configuration(&bench) || !encode_frames(&bench)) {
        fputs("upload_bench: no configuration, or frames could not be made\n", stderr);
        return 1;
    }
    run_all(&bench);
    return 0;
}
