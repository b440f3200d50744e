# shellcheck shell=bash
# Servers as processes. A process belongs to the service NAME if it was started with STOWAGE_SERVICE=STATE/NAME, or works in STATE/NAME
# (PostgreSQL overwrites its environment). So a later process with the same number is not mistaken for it, nor a dead one that nobody has
# waited for, and children that outlived their parent are found: lighttpd's go on serving, PostgreSQL's keep its memory for a moment.

# Descriptors of each.
files=$(ulimit -Hn)
[ "$files" != unlimited ] && [ "$files" -le 65536 ] || files=65536

# In the order in which they are stopped.
all_services=(lighttpd apache stowage-v1 stowage-v2 stowage-keep stowage-admin postgres)

# With one of the two web servers.
used_services() {
	echo postgres stowage-v1 stowage-v2 stowage-keep stowage-admin "$server"
}

# running_pid NAME: its first process, if that runs.
running_pid() {
	local pid
	[ -f "$data/pid/$1" ] || return 1
	read -r pid _ <"$data/pid/$1"
	{ grep -qszxF "STOWAGE_SERVICE=$data/$1" "/proc/$pid/environ" || [ "$(readlink "/proc/$pid/cwd")" = "$data/$1" ]; } && echo "$pid"
}

service_pids() {
	{
		grep -lszxF "STOWAGE_SERVICE=$data/$1" /proc/[0-9]*/environ || true
		find /proc/[0-9]*/cwd -maxdepth 0 -lname "$data/$1" 2>/dev/null || true
	} | cut -d / -f 3 | sort -u
}

# start_service NAME USER STAMP COMMAND ARGUMENT...: unless it runs and was started with the same stamp. COMMAND is called with NAME, USER and
# the arguments; it leaves a process in the background, and its number in STATE/pid/NAME.
start_service() {
	local name=$1 user=$2 stamp=$3 start=$4
	shift 4
	if running_pid "$name" >/dev/null; then
		if [ "$(cat "$data/pid/$name.stamp" 2>/dev/null)" = "$stamp" ]; then
			say "$name is already running"
			return
		fi
		stop_service "$name"
	fi
	kill_service "$name"
	say "starting $name"
	make_log "$user" "$name.log"
	(cd / && ulimit -n "$files" && "$start" "$name" "$user" "$@") 9>&- || service_failed "$name"
	echo "$stamp" >"$data/pid/$name.stamp"
}

# daemon NAME USER PROGRAM ARGUMENT...
daemon() {
	local name=$1 user=$2 program change=()
	program=$(type -P "$3") || die "cannot find $3"
	shift 3
	rm -f "$data/pid/$name"
	[ "$user" = "$(id -un)" ] || change=(--chuid "$user")
	"${bare[@]}" "STOWAGE_SERVICE=$data/$name" start-stop-daemon --start --quiet --background "${change[@]}" --chdir / \
		--pidfile "$data/pid/$name" --make-pidfile --output "$data/log/$name.log" --startas "$program" -- "$@"
}

# make_log USER NAME: a file that USER may write, in a directory that it may not.
make_log() {
	: >>"$data/log/$2"
	if is_root; then
		chown -h "$1:" "$data/log/$2"
	fi
}

# Changes if something that the service was started with changes.
stamp() {
	cat "$@" | sha256sum | cut -d ' ' -f 1
}

# wait_for SECONDS NAME COMMAND...: until COMMAND succeeds, or NAME has ended: a process shows no environment while it is being executed, so
# one look is not enough.
wait_for() {
	local seconds=$1 name=$2 i missed=0
	shift 2
	for ((i = 0; i < seconds * 5; i++)); do
		! "$@" >/dev/null 2>&1 || return 0
		if running_pid "$name" >/dev/null; then missed=0; else missed=$((missed + 1)); fi
		[ "$missed" -lt 5 ] || break
		sleep 0.2
	done
	service_failed "$name"
}

service_failed() {
	printf '\n%s\n' "$1 is not ready; the end of its log, $data/log/$1.log:" >&2
	tail -n 20 "$data/log/$1.log" >&2
	die "$1 did not start"
}

# Requests in progress are finished, except when all is destroyed.
stop_signal() {
	case $command:$1 in
	*:postgres) echo INT ;;
	destroy:*) echo TERM ;;
	*:lighttpd) echo INT ;;
	*:apache) echo WINCH ;;
	*) echo TERM ;;
	esac
}

# Not by start-stop-daemon, which does not see children and waits for a dead process that nobody collects, as in many containers.
stop_service() {
	local name=$1 pid i
	if pid=$(running_pid "$name"); then
		say "stopping $name"
		kill -s "$(stop_signal "$name")" "$pid"
		for ((i = 0; i < 150; i++)); do
			running_pid "$name" >/dev/null || [ -n "$(service_pids "$name")" ] || break
			sleep 0.2
		done
		if pid=$(running_pid "$name"); then
			say "$name did not stop within 30 s: killing it"
			kill -s KILL "$pid"
		fi
	fi
	kill_service "$name"
	rm -f "$data/pid/$name" "$data/pid/$name.stamp"
}

# Processes that are left.
kill_service() {
	local name=$1 pids signal=TERM i
	for ((i = 0; i < 100; i++)); do
		mapfile -t pids < <(service_pids "$name")
		[ ${#pids[@]} -gt 0 ] || return 0
		[ "$i" -lt 5 ] || signal=KILL
		kill -s "$signal" "${pids[@]}" 2>/dev/null || true
		sleep 0.1
	done
}

stop_services() {
	local name
	for name in "${all_services[@]}"; do
		stop_service "$name"
	done
}

# Fails if one does not run.
show_services() {
	local name pid bad=0
	for name in $(used_services); do
		if pid=$(running_pid "$name"); then
			echo "$name: running, pid $pid"
		else
			echo "$name: not running"
			bad=1
		fi
	done
	return $bad
}
