#include "directory.h"

#include <err.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

char *
directory_make(void)
{
	const char *tmp = getenv("TMPDIR");
	char *name;

	if (asprintf(&name, "%s/stowage-unit.XXXXXX", tmp == NULL ? "/tmp" : tmp) == -1 ||
	    mkdtemp(name) == NULL)
		err(1, "cannot make a directory for the test");
	return name;
}

static int
remove_entry(const char *path, const struct stat *st, int type, struct FTW *place)
{
	(void)st;
	(void)type;
	(void)place;
	return remove(path);
}

void
directory_remove(char *name)
{
	nftw(name, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	free(name);
}
