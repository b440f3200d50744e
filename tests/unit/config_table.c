/* Print the table of settings, for config_keys.sh. */
#include "base/config.h"

int
main(void)
{
	config_print(stdout);
	return 0;
}
