#!/bin/bash
# Scripts by shellcheck, manual pages by mandoc, C by clang-format.
. "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
cd "$STOWAGE_SRC"

mapfile -t scripts < <(find quickstart autogen.sh .ci/run tests -type f \( -name '*.sh' -o -name run -o -name quickstart -o -name autogen.sh \))
for script in "${scripts[@]}"; do
	head -n 1 "$script" | grep -q python && continue
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

formatted() {
	local file wrong=0
	while read -r file; do
		if ! clang-format "$file" | cmp -s - "$file"; then
			echo "not as clang-format -i leaves it: $file"
			wrong=1
		fi
	done < <(find fcgi admin tests -name '*.[ch]')
	return $wrong
}

check 'clang-format' formatted

done_testing
