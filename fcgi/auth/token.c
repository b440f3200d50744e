#include "auth/token.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hex.h"
#include "base/memory.h"
#include "oci/base64.h"

#define MAC_BYTES 32
#define MAC_TEXT_LENGTH 43 /* base64url without padding */

#define ANY_NAME "*"

/* The JSON object in `length` characters of base64url (new reference); NULL if malformed. */
static json_t *
decode_object(struct arena *arena, const char *text, size_t length)
{
	struct bytes bytes;
	json_t *object;

	/* A token has exactly one valid encoding, so padding is refused, too. */
	if ((length > 0 && text[length - 1] == '=') ||
	    !base64_url_decode(arena, text, length, &bytes))
		return NULL;
	object = json_loadb(bytes.data, bytes.length, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(object)) {
		json_decref(object);
		return NULL;
	}
	return object;
}

/* The signature of `text` as encoded in a token. */
static const char *
sign(struct arena *arena, const struct token_key *key, const char *text, size_t length)
{
	unsigned char mac[MAC_BYTES];
	int code = gnutls_hmac_fast(
	    GNUTLS_MAC_SHA256, key->secret, sizeof(key->secret), text, length, mac);

	if (code != GNUTLS_E_SUCCESS)
		memory_give_up(sizeof(mac));
	return base64_url_encode(arena, mac, sizeof(mac));
}

bool
token_access_fits(const struct token_access *access, size_t count)
{
	size_t length = 0;

	for (size_t i = 0; i < count && length <= TOKEN_ACCESS_MAX; i++)
		length += strlen(access[i].type) + strlen(access[i].name) + 64;
	return length <= TOKEN_ACCESS_MAX;
}

static json_t *
access_json(const struct token *token)
{
	json_t *list = json_array();

	for (size_t i = 0; i < token->access_count; i++) {
		const struct token_access *access = &token->access[i];
		json_t *actions = json_array();

		if (access->pull)
			json_array_append_new(actions, json_string("pull"));
		if (access->push)
			json_array_append_new(actions, json_string("push"));
		if (access->del)
			json_array_append_new(actions, json_string("delete"));
		if (access->all)
			json_array_append_new(actions, json_string("*"));
		json_array_append_new(
		    list, json_pack("{s:s, s:s, s:o}", "type", access->type, "name",
			      access->any_name ? ANY_NAME : access->name, "actions", actions));
	}
	return list;
}

/* Frees the document. */
static const char *
encode_object(struct arena *arena, json_t *object)
{
	char **text = arena_slot(arena);

	*text = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);
	json_decref(object);
	if (*text == NULL)
		memory_give_up(0);
	return base64_url_encode(arena, *text, strlen(*text));
}

const char *
token_issue(struct arena *arena, const struct token_key *key, const struct token *token)
{
	unsigned char random[16];
	char jti[2 * sizeof(random) + 1];
	const char *text;

	/* GnuTLS allocates a generator for each thread. */
	if (gnutls_rnd(GNUTLS_RND_NONCE, random, sizeof(random)) != GNUTLS_E_SUCCESS)
		memory_give_up(sizeof(random));
	hex_encode(jti, random, sizeof(random));
	text = arena_printf(arena, "%s.%s",
	    encode_object(
		arena, json_pack("{s:s, s:s, s:s}", "alg", "HS256", "typ", "JWT", "kid", key->kid)),
	    encode_object(
		arena, json_pack("{s:s, s:s, s:s, s:i, s:i, s:o, s:I, s:I, s:I, s:s}", "iss",
			   TOKEN_ISSUER, "aud", token->audience, "sub", token->subject, "uid",
			   token->account, "epoch", token->epoch, "access", access_json(token),
			   "iat", (json_int_t)token->issued_at, "nbf", (json_int_t)token->issued_at,
			   "exp", (json_int_t)token->expires_at, "jti", jti)));
	return arena_printf(arena, "%s.%s", text, sign(arena, key, text, strlen(text)));
}

static bool
refuse(struct error *err, const char *cause)
{
	error_set(err, ERROR_UNAUTHORIZED, NULL);
	return error_cause(err, "token: %s", cause);
}

/* The header must name one of our keys and contain nothing else: further members are a means of
 * attack. */
static const struct token_key *
read_header(struct arena *arena, const char *text, size_t length, const struct token_key *keys,
    size_t count, struct error *err)
{
	json_t *header = decode_object(arena, text, length);
	const char *alg, *kid, *typ = "JWT";
	const struct token_key *key = NULL;

	if (json_unpack(header, "{s:s, s:s, s?s !}", "alg", &alg, "kid", &kid, "typ", &typ) == -1)
		refuse(err, "malformed header");
	else if (strcmp(alg, "HS256") != 0)
		refuse(err, "algorithm is not HS256");
	else if (strcmp(typ, "JWT") != 0)
		refuse(err, "type is not JWT");
	else {
		for (size_t i = 0; i < count && key == NULL; i++)
			if (strcmp(keys[i].kid, kid) == 0)
				key = &keys[i];
		if (key == NULL)
			refuse(err, "unknown key");
	}
	json_decref(header);
	return key;
}

static bool
read_access(struct arena *arena, json_t *list, struct token *token)
{
	json_t *entry, *actions, *action;
	size_t i, j;

	token->access = arena_array(arena, json_array_size(list), sizeof(*token->access));
	json_array_foreach(list, i, entry) {
		struct token_access *access = &token->access[token->access_count++];
		const char *type, *name;

		if (json_unpack(entry, "{s:s, s:s, s:o}", "type", &type, "name", &name, "actions",
			&actions) == -1 ||
		    !json_is_array(actions))
			return false;
		access->type = arena_strdup(arena, type);
		access->name = arena_strdup(arena, name);
		access->any_name = strcmp(name, ANY_NAME) == 0;
		json_array_foreach(actions, j, action) {
			const char *verb = json_is_string(action) ? json_string_value(action) : "";

			access->pull = access->pull || strcmp(verb, "pull") == 0;
			access->push = access->push || strcmp(verb, "push") == 0;
			access->del = access->del || strcmp(verb, "delete") == 0;
			access->all = access->all || strcmp(verb, "*") == 0;
		}
	}
	return json_is_array(list);
}

static bool
read_claims(struct arena *arena, json_t *claims, const char *audience, struct token *token,
    struct error *err)
{
	json_int_t now = clock_wall_seconds(), uid, epoch, iat, nbf, exp;
	const char *iss, *aud, *sub, *jti;
	json_t *access;

	if (json_unpack(claims, "{s:s, s:s, s:s, s:I, s:I, s:o, s:I, s:I, s:I, s:s}", "iss", &iss,
		"aud", &aud, "sub", &sub, "uid", &uid, "epoch", &epoch, "access", &access, "iat",
		&iat, "nbf", &nbf, "exp", &exp, "jti", &jti) == -1)
		return refuse(err, "malformed claims");
	if (strcmp(iss, TOKEN_ISSUER) != 0)
		return refuse(err, "wrong issuer");
	if (*audience == '\0' || strcmp(aud, audience) != 0)
		return refuse(err, "wrong audience");
	if (nbf > now + TOKEN_LEEWAY || iat > now + TOKEN_LEEWAY)
		return refuse(err, "not valid yet");
	if (uid < 0 || uid > INT_MAX || epoch < 0 || epoch > INT_MAX ||
	    !read_access(arena, access, token))
		return refuse(err, "malformed claims");
	token->audience = arena_strdup(arena, aud);
	token->subject = arena_strdup(arena, sub);
	token->account = (int)uid;
	token->epoch = (int)epoch;
	token->issued_at = iat;
	token->expires_at = exp;
	token->expired = exp <= now - TOKEN_LEEWAY;
	return true;
}

bool
token_verify(struct arena *arena, const struct token_key *keys, size_t key_count, const char *text,
    const char *audience, struct token **out, struct error *err)
{
	size_t header = strcspn(text, "."), claims, signature;
	const struct token_key *key;
	json_t *document;
	bool ok;

	if (strnlen(text, TOKEN_MAX_LENGTH + 1) > TOKEN_MAX_LENGTH)
		return refuse(err, "longer than 8 KiB");
	if (text[header] != '.')
		return refuse(err, "malformed");
	claims = header + 1 + strcspn(text + header + 1, ".");
	signature = text[claims] == '.' ? strlen(text + claims + 1) : 0;
	if (signature != MAC_TEXT_LENGTH)
		return refuse(err, "malformed");
	key = read_header(arena, text, header, keys, key_count, err);
	if (key == NULL)
		return false;
	/* Compare the encoded form, so that a signature has exactly one valid encoding. */
	if (gnutls_memcmp(sign(arena, key, text, claims), text + claims + 1, MAC_TEXT_LENGTH) != 0)
		return refuse(err, "wrong signature");
	*out = arena_alloc(arena, sizeof(**out));
	document = decode_object(arena, text + header + 1, claims - header - 1);
	ok = read_claims(arena, document, audience, *out, err);
	(*out)->expired = (*out)->expired || key->retired;
	json_decref(document);
	return ok;
}
