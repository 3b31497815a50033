#!/bin/sh
# Makes the secrets of docker-compose.yml, each into the volume of the one that reads it. What is there already stays as
# it is. Needs openssl, and to be root: each file belongs to the user who reads it, and is read by nobody else.
set -eu
umask 077

SECRETS=${SECRETS:-/secrets}
# The users: of Gatehouse and of what runs as any, of PostgreSQL, of Redis.
OURS=${OURS:-1000:1000}
POSTGRES=${POSTGRES:-999:999}
REDIS=${REDIS:-999:1000}

# keep FILE: takes standard input for what FILE holds, where it holds nothing yet. Never seen half-written.
keep() {
  if [ -s "$1" ]; then cat >/dev/null; return; fi
  cat >"$1.new"
  mv "$1.new" "$1"
}

random() { openssl rand -hex 32; }

# certificate PLACE NAME: a key and a certificate of our authority for that host; anew in its last month.
certificate() {
  openssl x509 -checkend 2592000 -noout -in "$1/certificate.pem" >/dev/null 2>&1 && return
  openssl req -new -newkey rsa:2048 -nodes -subj "/CN=$2" -keyout "$1/key.pem.new" -out "$1/request" 2>/dev/null
  printf 'subjectAltName=DNS:%s\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n' "$2" >"$1/extensions"
  openssl x509 -req -in "$1/request" -CA "$authority/certificate.pem" -CAkey "$authority/key.pem" \
    -set_serial "0x$(openssl rand -hex 16)" -days 825 -sha256 -extfile "$1/extensions" -out "$1/certificate.pem.new" 2>/dev/null
  rm "$1/request" "$1/extensions"
  mv "$1/key.pem.new" "$1/key.pem"
  mv "$1/certificate.pem.new" "$1/certificate.pem"
}

authority=$SECRETS/authority
if [ ! -s "$authority/certificate.pem" ]; then
  openssl req -x509 -newkey rsa:3072 -nodes -sha256 -days 3650 -subj '/CN=Gatehouse compose authority' \
    -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' -addext 'keyUsage=critical,keyCertSign,cRLSign' \
    -keyout "$authority/key.pem" -out "$authority/certificate.pem.new" 2>/dev/null
  mv "$authority/certificate.pem.new" "$authority/certificate.pem"
fi

for part in postgres redis mail; do random | keep "$authority/$part.password"; done
database=$(cat "$authority/postgres.password")
redis=$(cat "$authority/redis.password")
mail=$(cat "$authority/mail.password")

gatehouse=$SECRETS/gatehouse
openssl rand -base64 32 | keep "$gatehouse/secret"
echo "postgres://gatehouse:$database@postgres:5432/gatehouse" | keep "$gatehouse/database-url"
echo "redis://:$redis@redis:6379" | keep "$gatehouse/redis-url"
echo "smtp://gatehouse:$mail@mail:1025" | keep "$gatehouse/smtp-url"
keep "$gatehouse/authority.pem" <"$authority/certificate.pem"

random | keep "$SECRETS/postgres/superuser.password"
echo "$database" | keep "$SECRETS/postgres/gatehouse.password"

# A Redis that forgets when it is full would forget sign-ins: Gatehouse refuses it.
printf 'requirepass %s\nmaxmemory 256mb\nmaxmemory-policy noeviction\nappendonly yes\ndir /data\n' "$redis" |
  keep "$SECRETS/redis/redis.conf"

certificate "$SECRETS/mail" mail
echo "gatehouse:$(openssl passwd -apr1 "$mail")" | keep "$SECRETS/mail/users"

certificate "$SECRETS/openbao" openbao
# With this OpenBao opens itself at each start: whoever has it, and its data, has the keys in them.
openssl rand -hex 32 | tr -d '\n' | keep "$SECRETS/openbao/seal.key"

chown -R "$OURS" "$gatehouse" "$SECRETS/mail" "$SECRETS/openbao" "$SECRETS/openbao-admin" "$SECRETS/openbao-data"
chown -R "$POSTGRES" "$SECRETS/postgres"
chown -R "$REDIS" "$SECRETS/redis"
echo "The secrets are there."
