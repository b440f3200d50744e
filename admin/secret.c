#include "secret.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>

#include "auth/password.h"

/* Read one line without its newline; NULL at end of file. */
static const char *
read_line(struct arena *arena, FILE *in, struct error *err)
{
	char line[PASSWORD_MAX_LENGTH + 2];
	size_t length;

	if (fgets(line, sizeof(line), in) == NULL) {
		error_set(err, ERROR_BAD_REQUEST, "cannot read a password: end of input");
		return NULL;
	}
	length = strcspn(line, "\r\n");
	if (line[length] == '\0' && length > PASSWORD_MAX_LENGTH) {
		error_set(err, ERROR_BAD_REQUEST, "password: must have at most %d bytes",
		    PASSWORD_MAX_LENGTH);
		return NULL;
	}
	return arena_strndup(arena, line, length);
}

/* Signals are blocked until echo is on again; otherwise the shell would be left without echo. */
static const char *
read_hidden(struct arena *arena, FILE *tty, const char *prompt, struct error *err)
{
	sigset_t all, before;
	struct termios shown, hidden;
	const char *secret = NULL;

	dprintf(fileno(tty), "%s: ", prompt);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	if (tcgetattr(fileno(tty), &shown) == -1) {
		error_errno(err, "cannot read from the terminal");
		goto out;
	}
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	if (tcsetattr(fileno(tty), TCSAFLUSH, &hidden) == -1) {
		error_errno(err, "cannot read from the terminal");
		goto out;
	}
	secret = read_line(arena, tty, err);
	tcsetattr(fileno(tty), TCSAFLUSH, &shown);
out:
	sigprocmask(SIG_SETMASK, &before, NULL);
	dprintf(fileno(tty), "\n");
	return secret;
}

const char *
secret_read(struct arena *arena, bool from_stdin, struct error *err)
{
	const char *first, *second = NULL;
	FILE *tty;

	if (from_stdin)
		return read_line(arena, stdin, err);
	if ((tty = fopen("/dev/tty", "r+e")) == NULL) {
		error_set(err, ERROR_BAD_REQUEST,
		    "cannot read a password: no terminal (use --password-stdin)");
		return NULL;
	}
	first = read_hidden(arena, tty, "Password", err);
	if (first != NULL)
		second = read_hidden(arena, tty, "Again", err);
	fclose(tty);
	if (second != NULL && strcmp(first, second) != 0) {
		error_set(
		    err, ERROR_BAD_REQUEST, "cannot set the password: the two entries differ");
		return NULL;
	}
	return second;
}
