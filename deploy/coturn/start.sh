#!/bin/sh
# coturn with the proxy's certificate. Without one (the first minutes of a new server) it serves UDP and TCP; as soon as
# the proxy has got one, TLS as well; when the proxy renews it, coturn is told to read it again and drops nobody.
# docs/nat.md says what the options are for. They are in a file that only this account can read: no secret on a command
# line.
set -eu
umask 077
folder=${TURN_FOLDER:-/tmp}
config=$folder/turnserver.conf
certificate=$folder/turn.crt
key=$folder/turn.key
look_every=${TURN_LOOK_EVERY_SECONDS:-60}
# Either the two files, or the folder in which the proxy keeps its own, by authority and name.
store=${TURN_CERTIFICATES:-/caddy/caddy/certificates}

find_certificate() {
  if [ -n "${TURN_CERTIFICATE:-}" ]; then
    from=$TURN_CERTIFICATE from_key=$TURN_KEY
  else
    # The newest, whichever authority it is from.
    from=$(ls -t "$store"/*/"$TURN_DOMAIN/$TURN_DOMAIN.crt" 2>/dev/null | head -n 1)
    from_key=${from%.crt}.key
  fi
}

# True when there is another certificate than before, which is then in place.
take_certificate() {
  find_certificate
  [ -r "$from" ] && [ -r "$from_key" ] || return 1
  if cmp -s "$from" "$certificate"; then return 1; fi
  cp "$from_key" "$key" && cp "$from" "$certificate"
}

write_config() {
  # A browser's relay may talk to the media servers and to nothing else: whoever gets a credential reaches no neighbour
  # through it. coturn knows that the external address is its own.
  cat >"$config" <<EOF
realm=$TURN_DOMAIN
listening-ip=$TURN_ADDRESS
relay-ip=$TURN_ADDRESS
external-ip=$TURN_EXTERNAL_ADDRESS/$TURN_ADDRESS
listening-port=${TURN_PORT:-3478}
min-port=30000
max-port=32767
fingerprint
use-auth-secret
static-auth-secret=$TURN_SECRET
stale-nonce=600
total-quota=2400
denied-peer-ip=0.0.0.0-255.255.255.255
denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
$(echo "${TURN_PEERS:-$TURN_ADDRESS}" | tr ',' '\n' | sed -n 's/^./allowed-peer-ip=&/p')
no-multicast-peers
no-tcp-relay
no-software-attribute
no-rfc5780
userdb=$folder/turndb
pidfile=$folder/turnserver.pid
log-file=stdout
simple-log
no-dtls
EOF
  if [ -s "$certificate" ]; then
    printf 'tls-listening-port=%s\ncert=%s\npkey=%s\n' "${TURN_TLS_PORT:-5349}" "$certificate" "$key" >>"$config"
  else
    echo no-tls >>"$config"
  fi
}

server=
start() {
  write_config
  turnserver -c "$config" &
  server=$!
}
stop() {
  trap - TERM INT
  kill -TERM "$server" 2>/dev/null || true
  wait "$server" || true
  exit 0
}
trap stop TERM INT

take_certificate || echo "No certificate for $TURN_DOMAIN yet: TURN over TLS begins when the proxy has one"
start
while :; do
  # In the background, so that a signal does not wait for it.
  sleep "$look_every" &
  wait $! || true
  # Its end is ours: the container is started again.
  kill -0 "$server" 2>/dev/null || { wait "$server"; exit $?; }
  had=no
  if [ -s "$certificate" ]; then had=yes; fi
  take_certificate || continue
  if [ "$had" = yes ]; then
    echo "The certificate was renewed"
    kill -USR2 "$server"
  else
    echo "There is a certificate now: TURN over TLS begins"
    kill -TERM "$server"
    wait "$server" || true
    start
  fi
done
