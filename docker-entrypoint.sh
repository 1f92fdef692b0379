#!/bin/sh
# redact's page listens on 127.0.0.1 alone, which nothing outside of a container can reach. So a
# relay hands on what arrives at the container's own address, at the same port: the page accepts
# only requests that name 127.0.0.1 and this port, and still asks for its token.
set -eu
if [ "${1-}" = review ]; then
    outside=$(hostname -i | cut -d ' ' -f 1)
    socat "TCP-LISTEN:$REDACT_PORT,bind=$outside,fork,reuseaddr" "TCP:127.0.0.1:$REDACT_PORT" &
fi
exec redact "$@"
