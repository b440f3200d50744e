/* A folder of its own for a test. */
#ifndef TEST_FOLDER_H
#define TEST_FOLDER_H

/* Made below $TMPDIR or /tmp; exits when it cannot. */
char *directory_make(void);
/* With all that is in it; frees the name. */
void directory_remove(char *);

#endif
