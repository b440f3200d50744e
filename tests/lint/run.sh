#!/bin/bash
# Scripts by shellcheck and flake8, manual pages by mandoc, C by clang-format, cppcheck and clang-tidy, wording by a few patterns, examples by
# their servers.
. "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
cd "$STOWAGE_SRC"

mapfile -t scripts < <(find quickstart autogen.sh .ci/run admin/stowage-deploy.in tests -type f \( -name '*.sh' -o -name '*-deploy.in' -o -name run -o -name quickstart -o -name autogen.sh \))
for script in "${scripts[@]}"; do
	head -n 1 "$script" | grep -q python && continue
	check "shellcheck $script" shellcheck -x -a -P SCRIPTDIR "$script"
done

# Other manuals may be missing on this machine.
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

# Star imports of a test's helpers are wanted, and registry.py passes some names on.
pythonic() {
	flake8 --isolated --select=E7,E9,F,W6 --extend-ignore=F403,F405 --per-file-ignores=tests/lib/registry.py:F401 tests tests/bench/run
}

check 'flake8' pythonic

# Defined by the Makefiles.
defines=(-D_GNU_SOURCE '-DDEFAULT_CONFIG=""' '-DSQL_DIRECTORY=""')
includes=(-Ifcgi -Iadmin "-I$STOWAGE_BUILD" "-I$STOWAGE_BUILD/fcgi")

# Version 2.10 mistakes what a macro's loop or a conditional call sets for unset, and a conditional with a compound literal for an error.
cppchecked() {
	cppcheck --quiet --error-exitcode=1 --enable=warning,portability,performance --inline-suppr --std=c11 --suppress=uninitvar \
		--suppress=internalAstError --suppress=missingIncludeSystem "${defines[@]}" "${includes[@]}" fcgi admin
}

check 'cppcheck' cppchecked

# Few, so that each finding is a fault: these have found none that is not.
tidy_checks='-*,bugprone-infinite-loop,bugprone-macro-*,bugprone-signal-handler,bugprone-sizeof-expression,bugprone-string-*,bugprone-suspicious-*'
tidy_checks+=',bugprone-too-small-loop-variable,cert-err34-c,misc-redundant-expression,readability-misleading-indentation,readability-redundant-*'

tidy() {
	local sources
	mapfile -t sources < <(find fcgi admin -name '*.c' ! -path fcgi/db/sql.c)
	clang-tidy --quiet --warnings-as-errors='*' --checks="$tidy_checks" "${sources[@]}" -- -std=gnu17 "${defines[@]}" "${includes[@]}" \
		"-I$(pg_config --includedir)"
}

check 'clang-tidy' tidy

# Turns of phrase that betray a translation, in comments, messages, manuals and tests. Migrations stay as they were applied.
worded() {
	! grep -rnE "[Ww]hoever|[Hh]ousekeep|\\b[Cc]hores?\\b|\\b(is|are) none\\b|\\bis no [a-z]" README.md fcgi admin lighttpd apache sql tests \
		--exclude-dir=migrations --exclude-dir=seeds --exclude-dir=v1.1.1 --exclude=schema.sql --exclude-dir=lint | grep -v 'there is none'
}

check 'wording' worded

# Names of our own making that the glossary has replaced, in C; comments and strings may have the words in their usual sense. A parameter p_most of
# a function that installed programs call keeps its name, and so does the member for it.
old_names='housekeep\w*|viewers?|patience|memories|disappoint\w*|wanted|said|asked|told|again|away|missed|most|least'

named() {
	local found
	# shellcheck disable=SC2016 # perl's variables
	found=$(find fcgi admin -name '*.[ch]' -print0 | xargs -0 perl -0777 -ne '
		s@/\*.*?\*/|"(?:\\.|[^"\\\n])*"@@gs;
		print "$ARGV: $1\n" while /(?<![.\w])((?:\w+_)?(?:'"$old_names"')(?:_\w+)?)\b/gi')
	echo "$found"
	[ -z "$found" ]
}

check 'names' named

# "area: verb ...", at most 65 characters, in all commits since things have the names of the field.
subjects() {
	git rev-parse -q --verify "$1^{commit}" >/dev/null || return 0 # not in a source archive, or a shallow clone
	! git log --format=%s "$1..HEAD" | grep -vE '^[A-Za-z0-9_./(), -]+: [a-z].+$' && ! git log --format=%s "$1..HEAD" | grep -E '^.{66,}$'
}

check 'subjects of commits' subjects 0c0d5f9

# The examples for sites, with a throwaway certificate and this build's files.
example() {
	sed -e "s|/usr/share/stowage|$STOWAGE_PREFIX/share/stowage|" -e "s|/etc/ssl/certs/docker.example.com.pem|$work/cert|" \
		-e "s|/etc/ssl/private/docker.example.com.key|$work/key|" "$1/vhosts.conf.example"
}

lighttpd_example() {
	{
		echo 'server.document-root = "/"'
		example lighttpd
	} >"$work/lighttpd.conf"
	lighttpd -tt -f "$work/lighttpd.conf"
}

apache_example() {
	local module
	{
		printf 'ServerRoot "%s"\nServerName localhost\nTypesConfig /dev/null\n' "$work"
		printf 'Define APACHE_LOG_DIR "%s"\nErrorLog "%s/log"\nPidFile "%s/pid"\nDefaultRuntimeDir "%s"\nListen 127.0.0.1:443\n' "$work" "$work" "$work" "$work"
		for module in mpm_event authz_core env headers http2 mime proxy proxy_fcgi reqtimeout socache_shmcb ssl xsendfile; do
			echo "LoadModule ${module}_module /usr/lib/apache2/modules/mod_$module.so"
		done
		example apache
	} >"$work/apache.conf"
	apache2 -t -f "$work/apache.conf"
}

work=$(mktemp -d)
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=example -keyout "$work/key" -out "$work/cert" 2>/dev/null
check 'the example of lighttpd' lighttpd_example
check 'the example of Apache' apache_example
rm -rf "$work"

done_testing
