#!/usr/bin/env bash
# From the start of the Functions app's process to its first answer to GET /v2/: once with the JIT, once compiled ahead
# (ReadyToRun, what `dotnet publish` makes). Alternating runs; medians in milliseconds, of the wall clock and of the processor
# time until then, which a busy machine distorts less. Linux on x64.
# usage: eng/measure-cold-start.sh [RUNS]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
runs=${1:-15}
out=artifacts/cold-start
port=7171
# No call is made to it.
export AzureWebJobsStorage='UseDevelopmentStorage=true'

now() { date +%s%N; }

# Prints how long one start took, and how much processor time.
start_once() {
  local began took pid status= stat
  began=$(now)
  dotnet "$out/$1/Berth.Functions.dll" --port "$port" >/dev/null 2>&1 &
  pid=$!
  for _ in $(seq 10000); do
    if { exec 3<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null; then
      printf 'GET /v2/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
      read -r _ status _ <&3
      break
    fi
    sleep 0.002
  done
  took=$((($(now) - began) / 1000000))
  read -r -a stat <"/proc/$pid/stat"
  echo "$took $(((stat[13] + stat[14]) * 1000 / $(getconf CLK_TCK)))"
  exec 3>&- || true
  kill -KILL "$pid"
  wait "$pid" 2>/dev/null || true
  [ "$status" = 200 ] || { echo "no answer: $status" >&2; return 1; }
}

median() { sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] " (" value[1] " to " value[NR] ")" }'; }

report() { echo "$1: $(cut -d ' ' -f 1 "$2" | median) ms, processor $(cut -d ' ' -f 2 "$2" | median) ms"; }

for kind in jit r2r; do
  rm -rf "${out:?}/$kind"
  dotnet publish src/Berth.Functions -c Release -o "$out/$kind" -v quiet \
    -p:AllowPolyfillsInPublish=true "-p:PublishReadyToRun=$([ "$kind" = r2r ] && echo true || echo false)"
done
for kind in jit r2r; do start_once "$kind" >/dev/null; done # the files are in memory from now on
: >"$out/jit.txt"
: >"$out/r2r.txt"
for _ in $(seq "$runs"); do
  for kind in jit r2r; do start_once "$kind" >>"$out/$kind.txt"; done
done
report "JIT       " "$out/jit.txt"
report "ReadyToRun" "$out/r2r.txt"
