#include "responder/cgi.h"

#include "base/clock.h"
#include "base/log.h"
#include "responder/task.h"

void
cgi_serve(const struct responder *responder, struct service *service)
{
	struct worker_state worker = { .responder = responder, .service = service };
	struct task *task = task_new(&worker, transport_open_cgi(), NULL);

	if (task == NULL)
		log_fatal("out of memory");
	task->started = clock_steady_ms();
	task->blocking = BLOCKING_BODY | BLOCKING_UPSTREAM;
	if (transport_accept(task->transport))
		(void)!task_answer(task);
	task_free(task);
}
