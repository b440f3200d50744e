/* A directory of its own for a test. */
#ifndef TEST_DIRECTORY_H
#define TEST_DIRECTORY_H

/* Make it below $TMPDIR or /tmp; exits on failure. */
char *directory_make(void);
/* Remove it with its contents; frees the name. */
void directory_remove(char *);

#endif
