/* main() without a fuzzing engine: runs the entry point on each file named. */
#include "fuzz.h"

#include <stdio.h>

static int
replay(const char *path)
{
	FILE *file = fopen(path, "rb");
	static uint8_t data[8 << 20];
	size_t size;

	if (file == NULL) {
		perror(path);
		return 1;
	}
	size = fread(data, 1, sizeof(data), file);
	fclose(file);
	fprintf(
	    stderr, "%s: %zu bytes\n", path, size); /* the last one printed is the one to blame */
	LLVMFuzzerTestOneInput(data, size);
	return 0;
}

int
main(int argc, char **argv)
{
	int status = 0;

	for (int i = 1; i < argc; i++)
		status |= replay(argv[i]);
	return status;
}
