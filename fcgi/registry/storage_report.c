#include "registry/storage_report.h"

#include "registry/administrator.h"

bool
registry_storage_report(
    const struct request_scope *scope, struct storage_summary *summary, struct error *err)
{
	return registry_admit_administrator(scope, err) &&
	       db_storage_report(scope->registry->db, &summary->content, err) &&
	       db_space_report(scope->registry->db, &summary->space, err) &&
	       db_store_report(
		   scope->registry->db, &summary->programs, &summary->program_count, err);
}
