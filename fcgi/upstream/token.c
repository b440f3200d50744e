#include "upstream/token.h"

#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "oci/document.h"

#define TOKENS_MAX 1024
#define LIFE_DEFAULT 60 /* seconds, if the service does not tell (Docker token specification) */
#define LIFE_MAX (24 * 3600)
#define MARGIN 10 /* a token is not used this close to its expiry */
#define TOKEN_MAX (16 * 1024)

struct token {
	char *key, *text; /* owned */
	int64_t expires_ms;
	struct token *next;
};

struct tokens {
	pthread_mutex_t lock;
	struct token *first; /* newest first */
	size_t count;
};

struct tokens *
tokens_open(void)
{
	struct tokens *tokens = calloc(1, sizeof(*tokens));

	if (tokens == NULL)
		log_fatal("out of memory");
	pthread_mutex_init(&tokens->lock, NULL);
	return tokens;
}

static void
token_free(struct token *token)
{
	free(token->key);
	free(token->text);
	free(token);
}

/* Remove a token from the list and free it. */
static void
drop(struct tokens *tokens, struct token **p)
{
	struct token *token = *p;

	*p = token->next;
	tokens->count--;
	explicit_bzero(token->text, strlen(token->text));
	token_free(token);
}

void
tokens_close(struct tokens *tokens)
{
	while (tokens->first != NULL)
		drop(tokens, &tokens->first);
	pthread_mutex_destroy(&tokens->lock);
	free(tokens);
}

/* Where the key's token is, or would be inserted; removes expired tokens on the way. */
static struct token **
find(struct tokens *tokens, const char *key)
{
	struct token **p = &tokens->first;

	while (*p != NULL) {
		if ((*p)->expires_ms <= clock_steady_ms()) {
			drop(tokens, p);
			continue;
		}
		if (strcmp((*p)->key, key) == 0)
			break;
		p = &(*p)->next;
	}
	return p;
}

const char *
token_find(struct tokens *tokens, struct arena *arena, const char *key)
{
	char **text = arena_slot(arena);
	struct token *token;

	pthread_mutex_lock(&tokens->lock);
	if ((token = *find(tokens, key)) != NULL)
		*text = strdup(token->text);
	pthread_mutex_unlock(&tokens->lock);
	return *text;
}

/* NULL if memory is exhausted. */
static struct token *
token_new(const char *key, const char *text, int64_t seconds)
{
	struct token *token = malloc(sizeof(*token));

	if (token == NULL)
		return NULL;
	*token = (struct token){
		.key = strdup(key),
		.text = strdup(text),
		.expires_ms = clock_steady_ms() + seconds * 1000,
	};
	if (token->key != NULL && token->text != NULL)
		return token;
	token_free(token);
	return NULL;
}

void
token_keep(struct tokens *tokens, const char *key, const char *text, int64_t seconds)
{
	struct token **p, *token;

	if (seconds <= MARGIN || (token = token_new(key, text, seconds - MARGIN)) == NULL)
		return;
	pthread_mutex_lock(&tokens->lock);
	if (*(p = find(tokens, key)) != NULL)
		drop(tokens, p);
	if (tokens->count == TOKENS_MAX) { /* evict the oldest */
		for (p = &tokens->first; (*p)->next != NULL; p = &(*p)->next)
			;
		drop(tokens, p);
	}
	token->next = tokens->first;
	tokens->first = token;
	tokens->count++;
	pthread_mutex_unlock(&tokens->lock);
}

/* The text is sent in a header. */
static bool
is_printable(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}

/* A member of the response that can be sent in a header, else NULL. */
static const char *
read_member(struct arena *arena, const json_t *document, const char *name)
{
	const char *text = json_string_value(json_object_get(document, name));

	if (text == NULL || *text == '\0' || strlen(text) > TOKEN_MAX || !is_printable(text))
		return NULL;
	return arena_strdup(arena, text);
}

const char *
token_read(struct arena *arena, const char *json, size_t length, int64_t *seconds)
{
	json_error_t ignored;
	json_t *document = document_load(arena, (struct bytes){ json, length }, &ignored);
	const char *text = read_member(arena, document, "token");
	json_t *life = json_object_get(document, "expires_in");

	if (text == NULL)
		text = read_member(arena, document, "access_token");
	*seconds = json_is_integer(life) ? json_integer_value(life) : LIFE_DEFAULT;
	if (*seconds > LIFE_MAX)
		*seconds = LIFE_MAX;
	json_decref(document);
	return text;
}
