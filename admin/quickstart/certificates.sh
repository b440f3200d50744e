# shellcheck shell=bash
# An authority of the state's own, and the web server's certificate, which is renewed 30 days before it expires.

make_certificates() {
	[ -f "$data/client/ca.crt" ] || make_authority
	if [ ! -f "$data/tls/server.crt" ] || ! openssl x509 -noout -checkend $((30 * 86400)) -in "$data/tls/server.crt" >/dev/null; then
		make_server_certificate
	fi
	if is_root; then
		chown "$web_user:" "$data/tls/server.key"
	fi
}

make_authority() {
	say "creating a certificate authority: $data/client/ca.crt"
	make_key "$data/tls/ca.key"
	openssl req -x509 -new -key "$data/tls/ca.key" -subj '/CN=stowage quickstart' -days 3650 \
		-addext keyUsage=critical,keyCertSign,cRLSign -out "$data/client/ca.crt"
	rm -f "$data/tls/server.crt"
}

make_server_certificate() {
	make_key "$data/tls/server.key"
	openssl req -new -key "$data/tls/server.key" -subj '/CN=localhost' -out "$data/tls/server.csr"
	printf '%s\n' basicConstraints=CA:FALSE keyUsage=digitalSignature extendedKeyUsage=serverAuth \
		'subjectAltName=DNS:localhost,DNS:docker-dev.localhost,DNS:docker-prod.localhost,IP:127.0.0.1,IP:::1' \
		>"$data/tls/server.ext"
	openssl x509 -req -in "$data/tls/server.csr" -CA "$data/client/ca.crt" -CAkey "$data/tls/ca.key" -CAcreateserial \
		-days 825 -extfile "$data/tls/server.ext" -out "$data/tls/server.crt" 2>/dev/null
}

make_key() {
	(umask 077 && openssl ecparam -genkey -name prime256v1 -noout -out "$1")
}
