# Generate db/words.h from sql/functions/words.sql: an enum for each function. The prefix of its members is its name without a last word that
# says what the enum is.

BEGIN { print "/* Made from sql/functions/words.sql by db/words.awk. */\n#ifndef DB_WORDS_H\n#define DB_WORDS_H" }

/^-- / { comment = comment (comment == "" ? "" : " ") substr($0, 4) }
/^$/ { comment = "" }

/^CREATE OR REPLACE FUNCTION / {
	name = substr($5, 1, index($5, "(") - 1)
	prefix = name
	sub(/_(class|kind|outcome|role)$/, "", prefix)
	if (comment != "")
		printf "\n/* %s */", comment
	printf "\nenum %s {\n", name
	comment = ""
}

/^  WHEN / {
	note = $0
	printf "\t%s = %d,%s\n", toupper(prefix "_" substr($2, 2, length($2) - 2)), $4, sub(/^.* -- /, "", note) ? " /* " note " */" : ""
}

/^END \$\$;$/ { print "};" }

END { print "\n#endif" }
