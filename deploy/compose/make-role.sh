#!/bin/sh
# Once, when PostgreSQL makes its data: a role for Gatehouse that owns its database and nothing else.
set -eu
psql --quiet --username "$POSTGRES_USER" --dbname postgres --set ON_ERROR_STOP=1 \
  --set password="$(cat /secrets/gatehouse.password)" <<'SQL'
CREATE ROLE gatehouse LOGIN PASSWORD :'password';
CREATE DATABASE gatehouse OWNER gatehouse;
REVOKE CONNECT ON DATABASE gatehouse FROM PUBLIC;
SQL
