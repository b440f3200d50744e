/* Attributes that let the compiler check calls. */
#ifndef BASE_ATTRIBUTES_H
#define BASE_ATTRIBUTES_H

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(string, first) __attribute__((format(printf, string, first)))
#define RETURNS_NONNULL __attribute__((returns_nonnull))
#define NORETURN __attribute__((noreturn))

#endif
