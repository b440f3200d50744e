/* stowagectl store: the blob store of the database. */
#include "registry/store_bind.h"

#include <stdio.h>

#include "ctl.h"

bool
ctl_store_bind(struct ctl *ctl, bool adopt, struct error *err)
{
	struct store_binding binding = {
		.path = ctl->config.store_path, .actor = &ctl->actor, .adopt = adopt
	};

	if (!registry_store_bind(&ctl->db, &binding, err))
		return false;
	if (binding.bound == STORE_BOUND_NOW)
		printf("blob store %s bound to this database\n", binding.path);
	else if (adopt)
		printf("blob store %s already bound to this database\n", binding.path);
	if (binding.missing > 0)
		printf(
		    "%zu of %zu sampled blobs are missing or have another size: run stowagectl check\n",
		    binding.missing, binding.sampled);
	return true;
}

enum exit_code
ctl_store_adopt(struct ctl *ctl, int argc, char **argv)
{
	struct error err = { 0 };

	while (ctl_option(ctl, argc, argv) != NULL)
		;
	ctl_no_operands(ctl, argc, argv);
	if (!ctl_open(ctl, &err) || !ctl_store_bind(ctl, true, &err))
		return ctl_fail(&err);
	return EXIT_DONE;
}
