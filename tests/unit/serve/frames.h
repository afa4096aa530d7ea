/* frames.h - small frames of a terminal, and the answer to them. */
#ifndef HEATNET_TESTS_SERVE_FRAMES_H
#define HEATNET_TESTS_SERVE_FRAMES_H

#include "serve/house.h"
#include "serve/secure.h"
#include "wire/frame.h"

#include <jansson.h>

enum { FRAMES_SPOOL = 77 };

/* A catalog of two stations; terminal T1 has device D1 (points 1, 2), T2 has D2 (3, 4).
 */
static const char frames_catalog[] =
    "kind,code,name,name_en,type,parent,time_zone\n"
    "site,CITY,城市,City,company,,Asia/Shanghai\n"
    "site,S1,东升站,Dongsheng,station,CITY,\n"
    "kind,code,name,name_en,protocol,picture\n"
    "template,T,模板,Template,modbus-tcp,station\n"
    "kind,template,key,name,name_en,quantity,address,decimals,high,dead_band,delay_s\n"
    "point,T,supply,供水温度,Supply,temperature,holding 0 f32,1,100,1,0\n"
    "point,T,return,回水温度,Return,temperature,holding 2 f32,1,100,1,0\n"
    "kind,code,name,site,template,terminal,address,cycle_s\n"
    "device,D1,设备1,S1,T,T1,127.0.0.1:1502/1,10\n"
    "device,D2,设备2,S1,T,T2,127.0.0.1:1503/1,10\n";

/* Enrol over the API: what the terminal gets is what the answer says. */
static inline void frames_enrol(struct house *house, const char *code,
                                struct certificate *identity)
{
    char body[100];
    *identity = (struct certificate){0};
    text_format(body, sizeof body, "{\"code\":\"%s\"}", code);
    struct reply reply =
        house_ask(house, "POST", "/api/v1/terminals", "application/json", body);
    assert_int_equal(reply.status, 201);
    json_error_t error;
    json_t *json = json_loads(reply.body, 0, &error);
    assert_true(text_copy(identity->certificate, sizeof identity->certificate,
                          json_string_value(json_object_get(json, "certificate"))));
    assert_true(text_copy(identity->key, sizeof identity->key,
                          json_string_value(json_object_get(json, "key"))));
    json_decref(json);
    reply_close(&reply);
}

struct frame_wish {
    const char *terminal;
    uint64_t sequence;
    uint32_t device, point;
    int64_t time_ms;
    double value;
};

/* Append the frame of one sample as an Upload of one. */
static inline void frames_put(struct buffer *upload, const struct frame_wish *wish)
{
    int64_t time_ms = wish->time_ms;
    uint32_t point = wish->point;
    double value = wish->value;
    uint8_t quality = 0;
    struct block block = {wish->device, 1, 1, &time_ms, &point, &value, &quality};
    struct device_status status = {.device = wish->device,
                                   .state = DEVICE_ONLINE,
                                   .since_ms = 1000,
                                   .answered_ms = wish->time_ms,
                                   .polls = 1,
                                   .response_ms = 5,
                                   .error = ""};
    struct frame frame = {.spool = FRAMES_SPOOL,
                          .sequence = wish->sequence,
                          .transmitted_ms = wish->time_ms,
                          .status_n = 1,
                          .status = &status,
                          .blocks_n = 1,
                          .blocks = &block};
    assert_true(text_copy(frame.terminal, sizeof frame.terminal, wish->terminal));
    assert_int_equal(frame_encode(&frame, upload), ERR_OK);
}

enum { FRAMES_VERDICTS_MAX = 16 };

struct frames_answer {
    int status;
    size_t n;
    enum upload_result results[FRAMES_VERDICTS_MAX];
    uint64_t configuration;
};

/* POST the body and decode the verdicts. */
static inline struct frames_answer
frames_send(struct house *house, const struct certificate *identity, struct bytes body)
{
    struct frames_answer result = {0};
    struct reply reply =
        secure_ask(house->tls_port, identity, "POST /uplink/v1/frames", body);
    result.status = reply.status;
    if (reply.status == 200) {
        size_t head_n = (size_t)(reply.body - (const char *)reply.text.at);
        struct bytes bytes = {(const uint8_t *)reply.body, reply.text.n - 1 - head_n};
        struct arena arena;
        struct answer answer;
        arena_open(&arena, 1 << 20);
        assert_int_equal(answer_decode(bytes, &arena, &answer), ERR_OK);
        assert_true(answer.verdicts_n <= FRAMES_VERDICTS_MAX);
        result.n = answer.verdicts_n;
        result.configuration = answer.configuration;
        for (size_t i = 0; i < answer.verdicts_n; i++)
            result.results[i] = answer.verdicts[i].result;
        arena_close(&arena);
    }
    reply_close(&reply);
    return result;
}

#endif
