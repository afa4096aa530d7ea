/* problem.h - every way a request can fail, with its status, code and titles.
 *
 * An answer of RFC 9457 (application/problem+json).  The code is for programs, titles and
 * details are for people, in the language they asked for. */
#ifndef HEATNET_SERVE_PROBLEM_H
#define HEATNET_SERVE_PROBLEM_H

#include "base/err.h"

/*    name               status  code                 title zh, title en */
#define PROBLEM_LIST(X)                                                                  \
    X(PROBLEM_UNKNOWN, 404, "unknown", "没有这个对象", "There is no such thing")         \
    X(PROBLEM_METHOD, 405, "method", "不支持这种方法", "This method is not offered")     \
    X(PROBLEM_MALFORMED, 400, "malformed", "请求的内容有误", "The request is malformed") \
    X(PROBLEM_WEAK_PASSWORD, 400, "weak_password", "密码强度不够",                       \
      "The password is too weak")                                                        \
    X(PROBLEM_WRONG_PASSWORD, 400, "wrong_password", "原密码不对",                       \
      "The old password is wrong")                                                       \
    X(PROBLEM_RANGE, 400, "range_too_large", "范围太大", "The range is too large")       \
    X(PROBLEM_SIGNED_OUT, 401, "signed_out", "请先登录", "Please sign in")               \
    X(PROBLEM_TOKEN, 401, "wrong_token", "令牌无效或已过期",                             \
      "The token is not valid, or over its time")                                        \
    X(PROBLEM_CREDENTIALS, 401, "wrong_credentials", "用户名或密码不对",                 \
      "Name or password is wrong")                                                       \
    X(PROBLEM_FORBIDDEN, 403, "forbidden", "没有权限", "You do not have this right")     \
    X(PROBLEM_MUST_CHANGE, 403, "must_change_password", "请先修改一次性密码",            \
      "Change the one-time password first")                                              \
    X(PROBLEM_CSRF, 403, "csrf", "请求缺少会话校验码",                                   \
      "The session's token is missing in the request")                                   \
    X(PROBLEM_CERTIFICATE, 401, "certificate", "终端证书无效",                           \
      "The terminal's certificate is not valid here")                                    \
    X(PROBLEM_DISABLED, 403, "disabled", "终端已停用", "The terminal is disabled")       \
    X(PROBLEM_LAST_ADMINISTRATOR, 409, "last_administrator", "必须保留一名管理员",       \
      "One administrator must stay")                                                     \
    X(PROBLEM_DUPLICATE, 409, "duplicate", "已经存在", "It is there already")            \
    X(PROBLEM_CONFLICT, 409, "conflict", "数据已被他人修改，请重试",                     \
      "Somebody else changed it meanwhile: try again")                                   \
    X(PROBLEM_TOO_LARGE, 413, "too_large", "请求太大", "The request is too large")       \
    X(PROBLEM_MEDIA, 415, "media_type", "内容类型不对",                                  \
      "The content has the wrong type")                                                  \
    X(PROBLEM_HOST, 421, "host", "本机接口只接受本机地址",                               \
      "The local door takes only local addresses")                                       \
    X(PROBLEM_INVALID_IMPORT, 422, "invalid_import", "导入文件有错误，未做任何更改",     \
      "The import has errors; nothing was changed")                                      \
    X(PROBLEM_LOCKED, 429, "locked", "尝试次数过多，请稍后再试",                         \
      "Too many attempts: wait")                                                         \
    X(PROBLEM_TOO_MANY, 429, "too_many", "已达到上限", "A limit is reached")             \
    X(PROBLEM_INTERNAL, 500, "internal", "服务器内部错误", "The server failed")          \
    X(PROBLEM_BUSY, 503, "busy", "服务器忙，请稍后再试",                                 \
      "The server is busy: try again")                                                   \
    X(PROBLEM_SPACE, 503, "no_space", "服务器磁盘已满", "The server's disk is full")     \
    X(PROBLEM_STOPPING, 503, "stopping", "服务器正在停止", "The server is stopping")

#define PROBLEM_ENUM_ROW(name, status, code, zh, en) name,

enum problem { PROBLEM_LIST(PROBLEM_ENUM_ROW) PROBLEM_N };

#undef PROBLEM_ENUM_ROW

struct problem_kind {
    int status;
    const char *code, *zh, *en;
};

const struct problem_kind *problem_kind(enum problem problem);
/* The problem that fits an error class of the rooms below. */
enum problem problem_of_err(err e);

#endif
