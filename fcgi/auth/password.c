#include "auth/password.h"

#include <crypt.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/log.h"
#include "base/utf8.h"

#define YESCRYPT "$y$"
#define BCRYPT "$2y$" /* as written by htpasswd -B */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static unsigned slots;                             /* 0: one per core */
static char decoy[CRYPT_GENSALT_OUTPUT_SIZE] = ""; /* setting for passwords without a hash */

static bool
make_setting(char setting[CRYPT_GENSALT_OUTPUT_SIZE])
{
	/* NULL: libxcrypt gets random bytes from the system; 0: its default cost. */
	return crypt_gensalt_rn(YESCRYPT, 0, NULL, 0, setting, CRYPT_GENSALT_OUTPUT_SIZE) != NULL;
}

void
password_setup(unsigned hash_slots)
{
	slots = hash_slots;
}

static void
prepare(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (slots == 0)
		slots = cores > 0 ? (unsigned)cores : 1;
	hash_slots_setup(slots);
	if (!make_setting(decoy))
		log_fatal("cannot prepare password hashing");
}

enum hash_slot
password_hash_slot(const char *address, bool wait)
{
	pthread_once(&once, prepare);
	return hash_slot_acquire(address, wait);
}

/* Hash into out; the caller holds a slot. false with errno if libxcrypt fails; ENOMEM: for want of
 * memory. */
static bool
hash(const char *password, const char *setting, char out[CRYPT_OUTPUT_SIZE])
{
	struct crypt_data *data = calloc(1, sizeof(*data));
	const char *text;
	bool ok;

	if (data == NULL)
		return false;
	errno = 0;
	text = crypt_r(password, setting, data);
	if ((ok = text != NULL && text[0] != '*'))
		memcpy(out, text, strlen(text) + 1);
	explicit_bzero(data, sizeof(*data));
	free(data);
	return ok;
}

/* Count UTF-8 characters: bytes that are not continuation bytes. */
static size_t
character_count(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

bool
password_rules_check(const char *name, const char *password, struct error *err)
{
	if (character_count(password) < PASSWORD_MIN_CHARACTERS)
		return error_set(err, ERROR_BAD_REQUEST,
		    "password: must have at least %d characters", PASSWORD_MIN_CHARACTERS);
	return strcasecmp(name, password) != 0 ||
	       error_set(err, ERROR_BAD_REQUEST, "password: must not be the user name");
}

const char *
password_hash(struct arena *arena, const char *password, struct error *err)
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE], text[CRYPT_OUTPUT_SIZE];

	if (*password == '\0')
		error_set(err, ERROR_BAD_REQUEST, "password: must not be empty");
	else if (strlen(password) > PASSWORD_MAX_LENGTH)
		error_set(err, ERROR_BAD_REQUEST, "password: must have at most %d bytes",
		    PASSWORD_MAX_LENGTH);
	else if (!utf8_check(password))
		error_set(err, ERROR_BAD_REQUEST, "password: must be UTF-8");
	else {
		bool acquired = password_hash_slot("", true) == HASH_SLOT_ACQUIRED;
		bool ok = acquired && make_setting(setting) && hash(password, setting, text);

		if (acquired)
			hash_slot_release();
		if (ok)
			return arena_strdup(arena, text);
		error_errno(err, "cannot hash the password");
	}
	return NULL;
}

/* A hash of an unknown kind must not be refused faster than one of ours. */
static bool
is_usable(const char *text)
{
	return text != NULL && strlen(text) < CRYPT_OUTPUT_SIZE &&
	       (strncmp(text, YESCRYPT, strlen(YESCRYPT)) == 0 ||
		   strncmp(text, BCRYPT, strlen(BCRYPT)) == 0);
}

bool
password_compare(const char *password, const char *expected, bool *good, struct error *err)
{
	bool usable = is_usable(expected) && strlen(password) <= PASSWORD_MAX_LENGTH;
	char text[CRYPT_OUTPUT_SIZE];
	bool hashed = usable ? hash(password, expected, text) : hash("decoy", decoy, text);

	*good = usable && hashed && strlen(text) == strlen(expected) &&
		gnutls_memcmp(text, expected, strlen(text)) == 0;
	/* Without memory nothing is known: that must not count as a wrong password. */
	return hashed || errno != ENOMEM || error_errno(err, "cannot hash the password");
}

bool
password_check(const char *password, const char *expected, bool *good, struct error *err)
{
	bool known;

	*good = false;
	if (password_hash_slot("", true) != HASH_SLOT_ACQUIRED)
		return error_set(
		    err, ERROR_TOOMANYREQUESTS, "too many sign-ins at once, try again");
	known = password_compare(password, expected, good, err);
	hash_slot_release();
	return known;
}
