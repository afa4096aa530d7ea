/* promql_parser.h - private to the parser's files: its state and shared steps. */
#ifndef HEATNET_ASK_PROMQL_PARSER_H
#define HEATNET_ASK_PROMQL_PARSER_H

#include "ask/promql_lex.h"
#include "ask/promql_node.h"

enum { PARSER_DEPTH_MAX = 120, PARSER_LIST_MAX = 64 };

struct parser {
    const char *text, *next;
    struct token token; /* the one to be looked at */
    struct arena *arena;
    unsigned depth;
    char *why;
};

/* Go to the next token. */
MUST_USE err parser_step(struct parser *parser);
/* Set `why`, with the place of `at`; gives ERR_FRAME. */
err parser_wrong(struct parser *parser, const char *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
err parser_unexpected(struct parser *parser, const char *where);
MUST_USE err parser_expect(struct parser *parser, const char *sign, const char *where);
MUST_USE err parser_node(struct parser *parser, enum promql_kind kind,
                         struct promql_node **node);
/* The token's name, or what stands between its quotes, into the arena. */
MUST_USE err parser_name(struct parser *parser, const char **name);
MUST_USE err parser_string(struct parser *parser, const char **text);
/* ( name, name ... ) */
MUST_USE err parser_names(struct parser *parser, struct label_names *names);

/* promql_parse.c */
MUST_USE err parse_expression(struct parser *parser, unsigned level,
                              struct promql_node **node);
/* promql_parse_selector.c: a name and/or {...}; [...], offset and @ behind anything. */
MUST_USE err parse_selector(struct parser *parser, struct promql_node **node);
MUST_USE err parse_behind(struct parser *parser, struct promql_node **node);
/* promql_check.c: types of operands; sets the node's type. */
MUST_USE err check_node(struct parser *parser, struct promql_node *node);

#endif
