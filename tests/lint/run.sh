#!/bin/bash
# Scripts by shellcheck, manual pages by mandoc, C by clang-format.
. "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
cd "$STOWAGE_SRC"

mapfile -t scripts < <(find quickstart autogen.sh .ci/run tests -type f \( -name '*.sh' -o -name run -o -name quickstart -o -name autogen.sh \))
for script in "${scripts[@]}"; do
	check "shellcheck $script" shellcheck -x -P SCRIPTDIR "$script"
done

mapfile -t pages < <(find fcgi admin -name '*.[578]')
for page in "${pages[@]}"; do
	check "mandoc $page" mandoc -T lint -W style "$page"
done

mapfile -t sources < <(find fcgi admin tests -name '*.[ch]')
check 'clang-format' clang-format --dry-run --Werror "${sources[@]}"

done_testing
