#include "db/sql_file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "oci/digest.h"

bool
sql_file_read(struct arena *arena, const char *directory, struct sql_file *file, struct error *err)
{
	FILE *stream = fopen(arena_printf(arena, "%s/%s", directory, file->name), "re");
	struct digest digest;
	struct stat st;
	char *text;
	size_t length;

	if (stream == NULL || fstat(fileno(stream), &st) == -1 || st.st_size < 0) {
		error_errno(err, "cannot read %s", file->name);
		if (stream != NULL)
			fclose(stream);
		return false;
	}
	text = arena_alloc(arena, (size_t)st.st_size + 1);
	length = fread(text, 1, (size_t)st.st_size, stream);
	fclose(stream);
	if (length != (size_t)st.st_size || strlen(text) != length)
		return error_set(err, ERROR_INTERNAL,
		    "cannot read %s: cut off, or contains a NUL byte", file->name);
	digest_of(&digest, DIGEST_SHA256, text, length);
	file->text = text;
	file->sha256 = arena_strdup(arena, digest.text + strlen("sha256:"));
	return true;
}

static int
is_sql(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > 4 &&
	       strcmp(entry->d_name + length - 4, ".sql") == 0;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

bool
sql_files_read(struct arena *arena, const char *directory, const char *kind,
    struct sql_file **files, int *count, struct error *err)
{
	struct dirent **entries;
	bool ok = true;

	*count = scandir(arena_printf(arena, "%s/%s", directory, kind), &entries, is_sql, by_name);
	if (*count == -1)
		return error_errno(err, "cannot read %s/%s", directory, kind);
	*files = arena_array(arena, (size_t)*count, sizeof(**files));
	for (int i = 0; i < *count; i++) {
		(*files)[i].name = arena_printf(arena, "%s/%s", kind, entries[i]->d_name);
		ok = ok && sql_file_read(arena, directory, &(*files)[i], err);
		free(entries[i]);
	}
	free(entries);
	return ok;
}
