# shellcheck shell=bash
# The web server, by the template for quickstart beside its configuration.

start_web() {
	local conf=$data/etc/$server.conf changed program
	if [ "$server" = lighttpd ]; then
		stop_service apache
		program=(lighttpd -D -f "$conf")
	else
		stop_service lighttpd
		program=(apache2 -D FOREGROUND -f "$conf")
	fi
	fill "$prefix/share/stowage/$server/quickstart.conf.in" >"$conf"
	changed=$(stamp "$conf" "$prefix/share/stowage/$server/"* "$data/tls/server.crt")
	running_pid "$server" >/dev/null || clear_way
	make_log "$web_user" access.log
	start_service "$server" "$web_user" "$changed" daemon "${program[@]}"
	wait_for 30 "$server" port_taken "$((port + 1))"
}

clear_way() {
	local number
	kill_service "$server"
	rm -f "$run/web/apache2.pid" # Apache mistakes a killed parent that nobody has waited for for a running one
	for number in "$port" "$((port + 1))"; do
		! port_taken "$number" || die "port $number is in use by another program; choose another one by --port"
	done
}

port_taken() {
	(: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# fill TEMPLATE: its words between @ replaced, its marked lines kept or dropped.
fill() {
	local keep_tls='/@TLS@/d' keep_plain='/@PLAIN@/d' keep_ipv6='/@IPV6@/d'
	if [ "$scheme" = https ]; then keep_tls='s/@TLS@//'; else keep_plain='s/@PLAIN@//'; fi
	! ipv6_works || keep_ipv6='s/@IPV6@//'
	sed -e "$keep_ipv6" -e "$keep_tls" -e "$keep_plain" \
		-e "s|@DEV_PORT@|$port|g" -e "s|@PROD_PORT@|$((port + 1))|g" -e "s|@RUN@|$run/web|g" \
		-e "s|@SOCKETS@|$run/registry|g" -e "s|@ADMIN_SOCKETS@|$run/admin|g" -e "s|@LOG@|$data/log|g" \
		-e "s|@EMPTY@|$data/empty|g" -e "s|@SPOOL@|$data/spool|g" -e "s|@BLOBS@|$data/store/blobs|g" \
		-e "s|@TLS_DIR@|$data/tls|g" -e "s|@SHARE@|$prefix/share/stowage|g" -e "s|@FILES@|$files|g" \
		-e "s|@MODULES@|/usr/lib/apache2/modules|g" "$1"
}

ipv6_works() {
	grep -q '^0\{31\}1 ' /proc/net/if_inet6 2>/dev/null
}
