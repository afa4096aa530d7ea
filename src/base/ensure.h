/* ensure.h - assertions for our own bugs; they stay in release builds.
 *
 * Never for bytes from the wire, a file, a person or a peer: those get an `err`. */
#ifndef HEATNET_BASE_ENSURE_H
#define HEATNET_BASE_ENSURE_H

/* Print the place and the fact to stderr and abort. */
__attribute__((noreturn)) void ensure_failed(const char *fact, const char *file,
                                             int line);

#define ensure(fact) ((fact) ? (void)0 : ensure_failed(#fact, __FILE__, __LINE__))

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
