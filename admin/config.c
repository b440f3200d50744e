/* stowagectl config: the table of settings. */
#include "ctl.h"

#include <stdio.h>

enum exit_code
ctl_config_print(struct ctl *ctl, int argc, char **argv)
{
	while (ctl_option(ctl, argc, argv) != NULL)
		;
	ctl_no_operands(ctl, argc, argv);
	config_print(stdout);
	return EXIT_DONE;
}
