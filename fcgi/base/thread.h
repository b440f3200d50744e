/* Threads of a stated size: hundreds may run, and the system's default stack is 8 MiB. */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/banned.h"

/* Jansson recurses up to 2,048 levels, which takes two thirds of it. */
#define THREAD_STACK_BYTES (1024 * 1024)

/* Start a detached thread. false: the system has no memory or no thread left. */
bool thread_start(void *(*function)(void *), void *argument) MUST_CHECK;

#endif
