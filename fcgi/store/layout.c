#include "store/layout.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hex.h"

#define DIRECTORY_MODE 0750 /* the web server reads blobs as a member of the group */
#define READ_SIZE (64 * 1024)

static const enum digest_algorithm algorithms[] = { DIGEST_SHA256, DIGEST_SHA512 };
#define ALGORITHM_COUNT (sizeof(algorithms) / sizeof(algorithms[0]))

void
store_blob_name(char name[STORE_NAME_SIZE], const struct digest *digest, int64_t file)
{
	char hex[2 * DIGEST_BYTES_MAX + 1];

	hex_encode(hex, digest->value, digest_length(digest->algorithm));
	snprintf(name, STORE_NAME_SIZE, "blobs/%s/%.2s/%s.%" PRId64,
	    digest_algorithm_name(digest->algorithm), hex, hex, file);
}

void
store_upload_name(char name[STORE_NAME_SIZE], int64_t file)
{
	snprintf(name, STORE_NAME_SIZE, "uploads/%" PRId64, file);
}

int64_t
store_file_id_parse(const char *text)
{
	int64_t id = 0;

	if (*text == '\0' || *text == '0')
		return -1;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9' || id > (INT64_MAX - (*text - '0')) / 10)
			return -1;
		id = id * 10 + (*text - '0');
	}
	return id;
}

int64_t
store_blob_name_parse(const char *name, struct digest *digest)
{
	for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
		const char *algorithm = digest_algorithm_name(algorithms[i]);
		size_t length = digest_length(algorithms[i]), skip = strlen(algorithm);
		unsigned char value[DIGEST_BYTES_MAX];
		char hex[2 * DIGEST_BYTES_MAX + 1];
		const char *text = name + skip + strlen("/ab/");

		if (strlen(name) <= skip + strlen("/ab/") + 2 * length + 1 ||
		    strncmp(name, algorithm, skip) != 0 || name[skip] != '/' || text[-1] != '/' ||
		    strncmp(name + skip + 1, text, 2) != 0 || text[2 * length] != '.')
			continue;
		snprintf(hex, sizeof(hex), "%.*s", (int)(2 * length), text);
		if (hex_decode(value, length, hex) &&
		    digest_set(digest, algorithms[i], value, length))
			return store_file_id_parse(text + 2 * length + 1);
	}
	return -1;
}

/* A directory that already exists is not an error. */
static bool
directory_make(int root, const char *name)
{
	return mkdirat(root, name, DIRECTORY_MODE) == 0 || errno == EEXIST;
}

static bool
directory_sync(int root, const char *name)
{
	int fd = openat(root, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error;
	bool ok;

	if (fd == -1)
		return false;
	ok = fsync(fd) == 0;
	error = errno;
	close(fd);
	errno = error;
	return ok;
}

bool
store_sync_directory(const struct store *store, const char *name)
{
	char directory[STORE_NAME_SIZE];
	const char *slash = strrchr(name, '/');

	snprintf(directory, sizeof(directory), "%.*s", (int)(slash - name), name);
	return directory_sync(store->root, directory);
}

static bool
shards_make(int root, enum digest_algorithm algorithm)
{
	char name[STORE_NAME_SIZE];

	snprintf(name, sizeof(name), "blobs/%s", digest_algorithm_name(algorithm));
	if (!directory_make(root, name))
		return false;
	for (unsigned int shard = 0; shard < 256; shard++) {
		snprintf(
		    name, sizeof(name), "blobs/%s/%02x", digest_algorithm_name(algorithm), shard);
		if (!directory_make(root, name))
			return false;
	}
	snprintf(name, sizeof(name), "blobs/%s", digest_algorithm_name(algorithm));
	return directory_sync(root, name);
}

/* Sync even directories that already exist: the process that made them may have died before its own
 * sync. */
bool
store_make_directories(int root)
{
	if (!directory_make(root, "blobs") || !directory_make(root, "uploads"))
		return false;
	for (size_t i = 0; i < ALGORITHM_COUNT; i++)
		if (!shards_make(root, algorithms[i]))
			return false;
	return directory_sync(root, "blobs") && directory_sync(root, ".");
}

bool
store_hash_file(int fd, enum digest_algorithm algorithm, struct digest *digest, int64_t *size)
{
	unsigned char buffer[READ_SIZE];
	struct hasher *hasher = hasher_new(algorithm);
	off_t offset = 0;
	ssize_t n;
	bool ok;

	if (hasher == NULL)
		return false;
	while ((n = pread(fd, buffer, sizeof(buffer), offset)) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			break;
		hasher_update(hasher, buffer, (size_t)n);
		offset += n;
	}
	*size = offset;
	ok = n == 0 && hasher_digest(hasher, digest);
	hasher_free(hasher);
	return ok;
}
