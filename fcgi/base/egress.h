/* How a remote repository connects to its upstream. */
#ifndef BASE_EGRESS_H
#define BASE_EGRESS_H

/* All strings are borrowed; "": not set. */
struct egress {
	const char *proxy;         /* name of a [proxy] of the settings, without fallback */
	const char *certificate;   /* name of a [certificate] of the settings */
	const char *local_address; /* source address of connections */
	const char *query;         /* appended to every URL of the upstream itself: "a=b&c=d" */
	const char *networks; /* allowed private networks, separated by blanks, if private networks
			    are allowed at all; "": any */
};

#endif
