#!/usr/bin/env bash
# Builds a program of others that tests talk to, from its own module with its own
# go.mod, so that nothing of it reaches ours.
#
#   build.sh MODULE VERSION SUM PACKAGE PROGRAM [FLAG...]
#
# SUM is the hash of the module, as go.sum would have it; another is refused. Flags
# are for go build.
set -euo pipefail
module=$1 version=$2 sum=$3 package=$4 program=$5
shift 5
go=${GO:-go}

# Outside any module: no go.mod may have a say in what is downloaded.
found=$(cd / && GOFLAGS= GOWORK=off "$go" mod download -json "$module@$version")
field() { sed -n "s/^[[:space:]]*\"$1\": \"\(.*\)\",*\$/\1/p" <<<"$found"; }
if [ "$(field Sum)" != "$sum" ]; then
  echo "$module $version has the hash $(field Sum), not $sum" >&2
  exit 1
fi
mkdir -p "$(dirname "$program")"
echo "building $module $version; the first time takes minutes"
cd "$(field Dir)"
GOWORK=off timeout 30m nice -n 19 "$go" build -o "$program" "$@" "$package"
