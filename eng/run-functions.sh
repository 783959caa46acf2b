#!/usr/bin/env bash
# The Functions app on Azurite: http://localhost:7071, data in ./data/azurite. Ctrl-C ends both. An Azurite that already listens
# on its usual ports is used as it is, and left running.
# usage: eng/run-functions.sh [arguments of dotnet run, such as -c Release, or -- --port 7072]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
blobs=10000 tables=10002 # where UseDevelopmentStorage=true looks

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Azurite in the version of the tests' lock file, in their folder and with their stamp (NpmPackages): whoever comes first installs.
install_azurite() {
  local files=(package.json package-lock.json .npmrc) wanted
  wanted=$(cd tests/Berth.TestTools/npm && cat "${files[@]}" \
    | node -p 'crypto.createHash("sha256").update(fs.readFileSync(0)).digest("hex")')
  [ "$(cat artifacts/npm/installed 2>/dev/null)" != "$wanted" ] || return 0
  mkdir -p artifacts/npm
  rm -f artifacts/npm/installed
  (cd tests/Berth.TestTools/npm && cp "${files[@]}" ../../../artifacts/npm/)
  (cd artifacts/npm && npm ci --ignore-scripts --no-audit --no-fund --prefer-offline)
  printf %s "$wanted" >artifacts/npm/installed
}

start_azurite() {
  install_azurite
  node artifacts/npm/node_modules/azurite/dist/src/azurite.js \
    --silent --skipApiVersionCheck --disableTelemetry --location data/azurite &
  azurite=$!
  # It writes what it holds in memory before it ends.
  trap '{ kill "$azurite" && wait "$azurite"; } 2>/dev/null || true' EXIT
  for _ in $(seq 120); do
    if listens "$blobs" && listens "$tables"; then return; fi
    kill -0 "$azurite" 2>/dev/null || { echo "Azurite has ended, see above" >&2; exit 1; }
    sleep 0.5
  done
  echo "Azurite does not answer" >&2
  exit 1
}

if listens "$blobs" && listens "$tables"; then
  echo "using the Azurite that listens on ports $blobs and $tables, and its data"
elif listens "$blobs" || listens "$tables"; then
  echo "one of the ports $blobs and $tables is taken, and Azurite needs both: end what listens there" >&2
  exit 1
else
  start_azurite
fi
dotnet run --project src/Berth.Functions "$@"
