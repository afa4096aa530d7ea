/* meter_peer.h - a meter behind a TCP line for the drivers' tests, written without our
 * codecs: fixed texts in hex, sequence numbers and sums patched, bit errors both ways. */
#ifndef HEATNET_TESTS_COLLECT_METER_PEER_H
#define HEATNET_TESTS_COLLECT_METER_PEER_H

#include "base/bytes.h"
#include "base/text.h"
#include "base/thread.h"
#include "check.h"

#include <arpa/inet.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PEER_BYTES = 512 };

struct meter_peer {
    /* What is answered to the bytes of a whole, right request; 0 = silent. */
    size_t (*answer)(struct meter_peer *peer, const uint8_t *in, size_t n, uint8_t *out);
    size_t (*request_n)(const uint8_t *in, size_t n); /* of the first whole one; 0 none */
    void *context;
    double bit_errors; /* per bit, both ways */
    bool echoes;       /* the question comes back first, as on a two-wire line */
    uint64_t seed;
    double next_bit;
    int listener;
    uint16_t port;
    struct thread thread;
    struct lock lock; /* of what follows and of `context`'s, while the peer runs */
    size_t requests_n, answers_n, damaged_n;
};

static inline double peer_random(struct meter_peer *p)
{
    p->seed ^= p->seed << 13;
    p->seed ^= p->seed >> 7;
    p->seed ^= p->seed << 17;
    return ((double)(p->seed >> 11) + 1) / 9007199254740993.0;
}

/* Exponential gaps between wrong bits, carried from telegram to telegram. */
static inline bool peer_damage(struct meter_peer *p, uint8_t *at, size_t n)
{
    bool any = false;
    if (p->bit_errors <= 0) return false;
    for (; p->next_bit < 8.0 * (double)n;
         p->next_bit += 1 - log(peer_random(p)) / p->bit_errors) {
        size_t bit = (size_t)p->next_bit;
        at[bit / 8] ^= (uint8_t)(1u << bit % 8);
        any = true;
    }
    p->next_bit -= 8.0 * (double)n;
    return any;
}

static inline void peer_reply(struct meter_peer *p, int handle, uint8_t *in, size_t n)
{
    uint8_t out[PEER_BYTES];
    size_t out_n = p->answer(p, in, n, out);
    p->requests_n++;
    if (p->echoes) (void)!send(handle, in, n, MSG_NOSIGNAL);
    if (out_n == 0) return;
    p->answers_n++;
    p->damaged_n += peer_damage(p, out, out_n);
    (void)!send(handle, out, out_n, MSG_NOSIGNAL);
}

static inline void peer_serve(struct meter_peer *p, int handle)
{
    uint8_t in[PEER_BYTES];
    int at_once = 1;
    (void)setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    for (;;) {
        ssize_t got = recv(handle, in, sizeof in, 0);
        if (got <= 0) break;
        lock_take(&p->lock);
        (void)peer_damage(p, in, (size_t)got);
        for (size_t i = 0; i < (size_t)got; i++) {
            size_t n = p->request_n(in + i, (size_t)got - i);
            if (n == 0) continue;
            peer_reply(p, handle, in + i, n);
            break;
        }
        lock_give(&p->lock);
    }
    close(handle);
}

static inline void *peer_run(void *context)
{
    struct meter_peer *p = context;
    for (;;) {
        int handle = accept(p->listener, NULL, NULL);
        if (handle < 0) return NULL;
        peer_serve(p, handle);
    }
}

static inline void peer_open(struct meter_peer *p)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t n = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    lock_open(&p->lock);
    p->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(p->listener >= 0);
    assert_int_equal(bind(p->listener, (struct sockaddr *)&address, n), 0);
    assert_int_equal(listen(p->listener, 8), 0);
    assert_int_equal(getsockname(p->listener, (struct sockaddr *)&address, &n), 0);
    p->port = ntohs(address.sin_port);
    assert_int_equal(thread_start(&p->thread, "peer", peer_run, p), ERR_OK);
}

/* The driver's channel has been closed before. */
static inline void peer_close(struct meter_peer *p)
{
    shutdown(p->listener, SHUT_RDWR);
    thread_join(&p->thread);
    close(p->listener);
    lock_close(&p->lock);
}

static inline size_t peer_damaged(struct meter_peer *p)
{
    lock_take(&p->lock);
    size_t n = p->damaged_n;
    lock_give(&p->lock);
    return n;
}

static inline uint8_t peer_sum(const uint8_t *at, size_t n)
{
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++) sum += at[i];
    return (uint8_t)sum;
}

/* Answers to be damaged: HEATNET_NOISE, or few enough for every day. */
static inline size_t peer_dose(size_t usual)
{
    const char *text = getenv("HEATNET_NOISE");
    uint32_t n = 0;
    return text && !text_to_u32(text, &n) ? n : usual;
}

#endif
