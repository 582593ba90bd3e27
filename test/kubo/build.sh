#!/usr/bin/env bash
# Builds the IPFS daemon that the tests of this directory talk to, from its own
# module with its own go.mod, so that nothing of it reaches ours.
#
#   build.sh VERSION SUM PROGRAM
#
# SUM is the hash of the module, as go.sum would have it; another is refused.
set -euo pipefail
version=$1 sum=$2 program=$3
go=${GO:-go}

# Outside any module: no go.mod may have a say in what is downloaded.
module=$(cd / && GOFLAGS= GOWORK=off "$go" mod download -json "github.com/ipfs/kubo@$version")
field() { sed -n "s/^[[:space:]]*\"$1\": \"\(.*\)\",*\$/\1/p" <<<"$module"; }
if [ "$(field Sum)" != "$sum" ]; then
  echo "kubo $version has the hash $(field Sum), not $sum" >&2
  exit 1
fi
mkdir -p "$(dirname "$program")"
echo "building kubo $version; the first time takes minutes"
cd "$(field Dir)"
GOWORK=off nice -n 19 "$go" build -o "$program" ./cmd/ipfs
