/* stowagectl key: keys that sign bearer tokens. */
#include "ctl.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "db/token_key.h"

const struct ctl_option key_rotate_options[] = {
	{ "revoke", NULL, "revoke all other keys, and so all bearer tokens" },
	{ NULL, NULL, NULL },
};

enum exit_code
ctl_key_rotate(struct ctl *ctl, int argc, char **argv)
{
	unsigned char fresh[TOKEN_KEY_BYTES];
	struct error err = { 0 };
	bool revoke = false;

	while (ctl_option(ctl, argc, argv) != NULL)
		revoke = true;
	ctl_no_operands(ctl, argc, argv);
	if (gnutls_rnd(GNUTLS_RND_KEY, fresh, sizeof(fresh)) != GNUTLS_E_SUCCESS) {
		error_set(&err, ERROR_INTERNAL, "cannot create a signing key: no random numbers");
		return ctl_fail(&err);
	}
	return ctl_end(
	    ctl_open(ctl, &err) && db_token_key_rotate(&ctl->db, fresh, revoke, &ctl->actor, &err),
	    &err,
	    revoke
		? "signing key rotated, all other keys and their tokens revoked"
		: "signing key rotated, tokens of the previous key stay valid until they expire");
}
