# Generate C from sql/statements/*.sql: db/sql.h (-v part=header) or db/sql.c (-v part=source). sql/README.md, "Statements", describes the
# syntax of a statement; a file that violates it fails the build.

BEGIN {
	define("boolean", "SQL_BOOLEAN", "bool ")
	define("smallint", "SQL_SMALLINT", "int ")
	define("integer", "SQL_INTEGER", "int ")
	define("bigint", "SQL_BIGINT", "int64_t ")
	define("text", "SQL_TEXT", "const char *")
	define("bytea", "SQL_BYTEA", "struct bytes ")
	define("uuid", "SQL_UUID", "const char *")
	define("inet", "SQL_INET", "const char *")
	define("jsonb", "SQL_JSONB", "const char *")
	define("timestamptz", "SQL_TIMESTAMPTZ", "int64_t ")
	define("integer[]", "SQL_INTEGERS", "struct integers ")
	define("bigint[]", "SQL_BIGINTS", "struct integers ")
	define("text[]", "SQL_TEXTS", "struct texts ")
	define("bytea[]", "SQL_BYTEAS", "struct digests ")
	print "/* Made from sql/statements by db/sql.awk. */"
	if (part == "header") {
		print "#ifndef DB_SQL_H\n#define DB_SQL_H\n\n#include \"db/query.h\""
	} else {
		print "#include \"db/sql.h\"\n\n#include <stddef.h>"
	}
}

function define(sql, constant, c) {
	constant_of[sql] = constant
	c_of[sql] = c
}

function fail(message) {
	printf "%s:%d: %s\n", FILENAME, FNR, message >"/dev/stderr"
	failed = 1
	exit 1
}

function check_type(type) {
	if (!(type in c_of))
		fail("the type " type " is not known here")
}

# A parameter's declaration: NAME, then $N::TYPE.
function declare(name, value,    number, type) {
	number = substr(value, 2, index(value, "::") - 2) + 0
	type = substr(value, index(value, "::") + 2)
	check_type(type)
	if (name in c_of)
		fail("psql would take :" name " for the name of a type")
	if (type == "smallint" && name !~ /alg$/)
		fail(name " must not be smallint, which would cut the int of C")
	if (name in number_of || number in parameter)
		fail("declared twice: " name " as $" number)
	number_of[name] = number
	parameter[number] = name
	parameter_type[number] = type
	if (number > parameters)
		parameters = number
}

# Declarations in a call: p_NAME => $N::TYPE.
function declare_arguments(text,    name, value) {
	while (match(text, /p_[a-z_0-9]+ => [^$,]*\$[0-9]+::[a-z]+(\[\])?/)) {
		value = substr(text, RSTART, RLENGTH)
		text = substr(text, RSTART + RLENGTH)
		name = substr(value, 3, index(value, " ") - 3)
		declare(name, substr(value, index(value, "$")))
		used[name] = 1
	}
}

# As in psql, :NAME is replaced by the parameter, except in quotes and comments.
function substitute(text,    out, token, name) {
	while (match(text, /'[^']*'|--[^\n]*|::|:[a-z_][a-z_0-9]*/)) {
		token = substr(text, RSTART, RLENGTH)
		name = substr(token, 2)
		if (token ~ /^:[a-z_]/) {
			if (!(name in number_of))
				fail("no parameter is declared as " name)
			used[name] = 1
			token = "$" number_of[name] "::" parameter_type[number_of[name]]
		}
		out = out substr(text, 1, RSTART - 1) token
		text = substr(text, RSTART + RLENGTH)
	}
	return out text
}

function declare_columns(    list, n, i, pair) {
	if (returns ~ /^as /) {
		like = substr(returns, 4)
		if (!(like in columns_of))
			fail("no statement above returns rows as " like)
		return
	}
	n = split(returns, list, / *, */)
	for (i = 1; i <= n; i++) {
		if (split(list[i], pair, " ") != 2)
			fail("returns: NAME TYPE, ... (got " list[i] ")")
		check_type(pair[2])
		column[i] = pair[1]
		column_type[i] = pair[2]
	}
	columns = n
	columns_of[name] = n
}

# --- The header ---

function print_members(suffix, count, names, types,    i) {
	printf "struct %s_%s {\n", name, suffix
	for (i = 1; i <= count; i++)
		printf "\t%s%s;\n", c_of[types[i]], names[i]
	print "};"
}

function print_comment(    i) {
	for (i = 1; i <= comments; i++)
		printf "%s%s%s\n", (i == 1 ? "/* " : " * "), comment[i], (i == comments ? " */" : "")
}

function print_header(    answer, row) {
	print ""
	print_comment()
	if (parameters > 0)
		print_members("args", parameters, parameter, parameter_type)
	if (columns > 0)
		print_members("row", columns, column, column_type)
	printf "extern const struct statement %s_statement;\n\n", name
	answer = returns == "" ? "bool" : "PGresult *"
	printf "static inline %s\n%s_query(struct db *db, ", answer, name
	if (parameters > 0)
		printf "struct %s_args args, ", name
	print "struct error *err)\n{"
	printf "\treturn db_query(db, &%s_statement, %s, err)%s;\n}\n", name, (parameters > 0 ? "&args" : "NULL"), (returns == "" ? " != NULL" : "")
	if (returns == "")
		return
	row = sprintf("struct %s_row", like == "" ? name : like)
	printf "\nstatic inline %s\n%s_row(const PGresult *res, int number)\n{\n", row, name
	printf "\t%s row;\n\n\tstatement_read(&%s_statement, res, number, &row);\n\treturn row;\n}\n", row, name
}

# --- The source ---

function print_fields(suffix, kind, count, names, types,    i) {
	printf "\nstatic const struct field %s_%s[] = {\n", name, suffix
	for (i = 1; i <= count; i++)
		printf "\t{ \"%s\", %s, offsetof(struct %s_%s, %s) },\n", names[i], constant_of[types[i]], name, kind, names[i]
	print "};"
}

function escape(text,    out, i, c) {
	for (i = 1; i <= length(text); i++) {
		c = substr(text, i, 1)
		out = out (c == "\\" || c == "\"" ? "\\" c : c)
	}
	return out
}

function print_sql(    list, n, i) {
	n = split(sql, list, "\n")
	for (i = 1; i <= n; i++)
		printf "\n\t    \"%s%s\"", escape(list[i]), (i < n ? "\\n" : "")
	print ","
}

function print_source() {
	if (parameters > 0)
		print_fields("parameters", "args", parameters, parameter, parameter_type)
	if (columns > 0)
		print_fields("columns", "row", columns, column, column_type)
	printf "\nconst struct statement %s_statement = {\n\t.name = \"%s\",\n\t.sql =", name, name
	print_sql()
	printf "\t.nparams = %d,\n", parameters
	if (parameters > 0)
		printf "\t.parameters = %s_parameters,\n", name
	if (returns != "") {
		printf "\t.ncolumns = %d,\n\t.columns = %s_columns,\n", columns_of[like == "" ? name : like], like == "" ? name : like
	}
	if (idempotent)
		print "\t.idempotent = true,"
	print "};"
	all = all "\t&" name "_statement,\n"
}

# --- Statements ---

function finish(    i) {
	declare_arguments(sql)
	sql = substitute(sql)
	for (i = 1; i <= parameters; i++) {
		if (!(i in parameter))
			fail("$" i " has no name")
		if (!(parameter[i] in used))
			fail("not used: " parameter[i])
	}
	if (returns != "")
		declare_columns()
	if (part == "header")
		print_header()
	else
		print_source()
	forget()
}

function forget() {
	split("", number_of); split("", parameter); split("", parameter_type); split("", used)
	split("", column); split("", column_type); split("", comment)
	parameters = columns = comments = idempotent = 0
	sql = name = like = returns = ""
}

name != "" {
	ended = sub(/;$/, "")
	sql = sql == "" ? $0 : sql "\n" $0
	if (ended)
		finish()
	next
}

/^-- idempotent$/ { idempotent = 1; next }
/^-- returns: / { returns = substr($0, 13); next }
/^--   / && returns ~ /,$/ { returns = returns " " substr($0, 6); next }
/^-- / { comment[++comments] = substr($0, 4); next }

/^\\set / {
	if ($3 !~ /^\$[0-9]+::[a-z]+(\[\])?$/ || NF != 3)
		fail("\\set NAME $NUMBER::TYPE")
	declare($2, $3)
	next
}

/^PREPARE [a-z_0-9]+ AS/ {
	name = $2
	sub(/^PREPARE [a-z_0-9]+ AS */, "")
	ended = sub(/;$/, "")
	sql = $0
	if (ended)
		finish()
	next
}

/^$/ { comments = 0 }
/^SET search_path = registry;$/ || /^$/ { next }
{ fail("not understood: " $0) }

END {
	if (failed)
		exit 1
	if (part == "header") {
		print "\n#endif"
	} else {
		printf "\nconst struct statement *const db_statements[] = {\n%s\tNULL,\n};\n", all
	}
}
