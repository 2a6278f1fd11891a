#!/bin/sh
# The roles and the database of Hookledger, for the first start of the PostgreSQL of compose.yaml.
set -eu
psql --username=postgres --set=ON_ERROR_STOP=1 --set=owner="$OWNER_PASSWORD" --set=server="$SERVER_PASSWORD" <<'SQL'
create role hookledger_owner login password :'owner';
create role hookledger login password :'server';
create role hookledger_retention nologin;
create role hookledger_reader nologin;
create database hookledger owner hookledger_owner;
SQL
