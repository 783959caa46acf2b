#!/usr/bin/env bash
# The Functions app on Azurite: http://localhost:7071, data in ./data/azurite. Ctrl-C ends both.
# usage: eng/run-functions.sh [arguments of dotnet run, such as -c Release]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=$(node -p 'require("./tests/Berth.TestTools/npm/package.json").dependencies.azurite')
npm exec --yes --package "azurite@$version" -- azurite --silent --skipApiVersionCheck --disableTelemetry --location data/azurite &
azurite=$!
trap 'kill "$azurite" 2>/dev/null || true' EXIT

for _ in $(seq 120); do
  if (exec 3<>/dev/tcp/127.0.0.1/10000 4<>/dev/tcp/127.0.0.1/10002) 2>/dev/null; then break; fi
  kill -0 "$azurite" # or it has ended and said why
  sleep 0.5
done
dotnet run --project src/Berth.Functions "$@"
