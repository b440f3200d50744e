#!/bin/bash
# Scripts by shellcheck, manual pages by mandoc, C by clang-format.
. "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
cd "$STOWAGE_SRC"

mapfile -t scripts < <(find quickstart autogen.sh .ci/run tests -type f \( -name '*.sh' -o -name run -o -name quickstart -o -name autogen.sh \))
for script in "${scripts[@]}"; do
	check "shellcheck $script" shellcheck -x -P SCRIPTDIR "$script"
done

# Which other manuals this machine has is no fault of the page.
manual() {
	local said
	said=$(mandoc -T lint -W style "$1" | grep -v 'referenced manual not found' || true)
	echo "$said"
	[ -z "$said" ]
}

mapfile -t pages < <(find fcgi admin -name '*.[578]')
for page in "${pages[@]}"; do
	check "mandoc $page" manual "$page"
done

mapfile -t sources < <(find fcgi admin tests -name '*.[ch]')
check 'clang-format' clang-format --dry-run --Werror "${sources[@]}"

done_testing
