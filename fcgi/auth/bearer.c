#include "auth/bearer.h"

/* *token is NULL if the text is not a valid token; false if the database is unavailable. */
static bool
read_token(const struct attempt *attempt, const char *text, const char *audience,
    struct token **token, struct error *reason, struct error *err)
{
	struct authenticator *authenticator = attempt->authenticator;

	*token = NULL;
	if (authenticator->takes_tokens)
		return key_ring_verify(
		    authenticator->keys, attempt->db, text, audience, token, reason, err);
	error_cause(reason, "token: not accepted here");
	return true;
}

static void
identity_of(const struct token *token, struct identity *identity)
{
	identity->principal = (struct principal){ .account = token->account,
		.epoch = token->epoch };
	identity->name = token->subject;
}

bool
bearer_identify(
    const struct attempt *attempt, const char *text, struct identity *identity, struct error *err)
{
	struct error reason = { 0 };
	struct token *token;

	if (!read_token(attempt, text, attempt->given->audience, &token, &reason, err))
		return false;
	if (token == NULL)
		return attempt_refuse(attempt, 0, "", reason.cause, err);
	if (token->expired && !attempt->given->session)
		return attempt_refuse(attempt, 0, "", "token: expired", err);
	identity_of(token, identity);
	identity->token = token;
	return true;
}

bool
bearer_identify_by_statement(const struct attempt *attempt, enum authorization_kind kind,
    struct identity *identity, bool *known, struct error *err)
{
	const struct credentials *given = attempt->given;
	struct error reason = { 0 };
	struct token *token = NULL;

	*known = false;
	if (given->statement != NULL &&
	    !read_token(attempt, given->statement, given->statement_audience, &token, &reason, err))
		return false;
	if (token == NULL)
		return true;
	*known = true;
	identity_of(token, identity);
	identity->token = kind == AUTHORIZATION_BEARER ? token : NULL;
	return true;
}
