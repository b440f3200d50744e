#include "upstream/handles.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"

#define IDLE_MAX 64 /* cached handles, with their connections */

struct handles {
	pthread_mutex_t lock;
	struct handle *idle;
	size_t idle_count;
};

struct handles *
handles_open(void)
{
	struct handles *handles = calloc(1, sizeof(*handles));

	if (handles == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		log_fatal("cannot initialise libcurl");
	pthread_mutex_init(&handles->lock, NULL);
	return handles;
}

static void
handle_free(struct handle *handle)
{
	curl_easy_cleanup(handle->easy);
	curl_multi_cleanup(handle->multi);
	free(handle->networks);
	free(handle);
}

void
handles_close(struct handles *handles)
{
	struct handle *handle;

	while ((handle = handles->idle) != NULL) {
		handles->idle = handle->next;
		handle_free(handle);
	}
	pthread_mutex_destroy(&handles->lock);
	free(handles);
	curl_global_cleanup();
}

static struct handle *
handle_new(const char *networks)
{
	struct handle *handle = calloc(1, sizeof(*handle));

	if (handle != NULL && (handle->easy = curl_easy_init()) != NULL &&
	    (handle->multi = curl_multi_init()) != NULL &&
	    (networks == NULL || (handle->networks = strdup(networks)) != NULL))
		return handle;
	if (handle != NULL)
		handle_free(handle);
	memory_give_up(sizeof(*handle));
}

static bool
is_for(const struct handle *handle, const char *networks)
{
	return networks == NULL || handle->networks == NULL
		   ? networks == handle->networks
		   : strcmp(networks, handle->networks) == 0;
}

struct handle *
handle_acquire(struct handles *handles, const char *networks)
{
	struct handle *handle, **p;

	pthread_mutex_lock(&handles->lock);
	p = &handles->idle;
	while (*p != NULL && !is_for(*p, networks))
		p = &(*p)->next;
	if ((handle = *p) != NULL) {
		*p = handle->next;
		handles->idle_count--;
	}
	pthread_mutex_unlock(&handles->lock);
	return handle != NULL ? handle : handle_new(networks);
}

void
handle_text(CURL *easy, CURLoption option, const char *text)
{
	if (curl_easy_setopt(easy, option, text) == CURLE_OUT_OF_MEMORY)
		memory_give_up(strlen(text));
}

void
handle_release(struct handles *handles, struct handle *handle)
{
	curl_multi_remove_handle(handle->multi, handle->easy);
	curl_easy_reset(handle->easy); /* drops credentials; connections stay open */
	pthread_mutex_lock(&handles->lock);
	if (handles->idle_count < IDLE_MAX) {
		handle->next = handles->idle;
		handles->idle = handle;
		handles->idle_count++;
		handle = NULL;
	}
	pthread_mutex_unlock(&handles->lock);
	if (handle != NULL)
		handle_free(handle);
}
