# shellcheck shell=bash
# Options of the command line, and the settings of a state directory: chosen now, else remembered in STATE/settings, else the default.

settings=(port server scheme hosts installed run accounts)
port=5001 server=lighttpd scheme=https hosts=no installed='' run='' accounts=''
declare -A chosen=()

command=start
package_options=()
state=$top/var
assume_yes=no

read_options() {
	while [ $# -gt 0 ]; do
		case $1 in
		start | stop | status | destroy | build) command=$1 ;;
		packages)
			command=packages
			shift
			package_options=("$@")
			return
			;;
		--port | --server | --state | --installed)
			[ $# -ge 2 ] || die "$1: value is missing"
			set_option "$1" "$2"
			shift
			;;
		--port=* | --server=* | --state=* | --installed=*) set_option "${1%%=*}" "${1#*=}" ;;
		--http) chosen[scheme]=http ;;
		--https) chosen[scheme]=https ;;
		--hosts) chosen[hosts]=yes ;;
		--yes | -y) assume_yes=yes ;;
		--help | -h)
			usage
			exit 0
			;;
		*)
			printf 'quickstart: unexpected argument: %s\n' "$1" >&2
			usage >&2
			exit 2
			;;
		esac
		shift
	done
}

set_option() {
	case $1 in
	--port)
		if ! [[ $2 =~ ^[1-9][0-9]{0,4}$ ]] || [ "$2" -ge 65535 ]; then
			die "--port: must be a number from 1 to 65534 (got $2)"
		fi
		chosen[port]=$2
		;;
	--server)
		case $2 in lighttpd | apache) ;; *) die "--server: must be lighttpd or apache (got $2)" ;; esac
		chosen[server]=$2
		;;
	--state) state=$(realpath -s -m -- "$2") ;;
	--installed) chosen[installed]=$(realpath -e -- "$2") ;;
	esac
}

load_settings() {
	local key value
	if [ -f "$state/settings" ]; then
		while IFS='=' read -r key value; do
			[[ " ${settings[*]} " != *" $key "* ]] || printf -v "$key" %s "$value"
		done <"$state/settings"
	fi
	for key in "${!chosen[@]}"; do
		printf -v "$key" %s "${chosen[$key]}"
	done
}

save_settings() {
	local key
	for key in "${settings[@]}"; do
		printf '%s=%s\n' "$key" "${!key}"
	done >"$state/settings.new"
	mv "$state/settings.new" "$state/settings"
}
