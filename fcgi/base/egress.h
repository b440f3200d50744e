/* By which way a remote repository reaches its upstream. */
#ifndef BASE_EGRESS_H
#define BASE_EGRESS_H

/* All borrowed; "": not set. */
struct egress {
	const char *proxy;         /* name of a [proxy] of the settings: never directly then */
	const char *certificate;   /* name of a [certificate] of the settings */
	const char *local_address; /* to connect from */
	const char *query;         /* appended to every URL of the upstream itself: "a=b&c=d" */
	const char *networks;      /* the private ones that may be connected to where private ones
				      may be at all, separated by blanks; "": any */
};

#endif
