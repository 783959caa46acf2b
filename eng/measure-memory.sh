#!/usr/bin/env bash
# Measures the memory of a running server: resident when idle, and the peak while 1 GiB is pushed and pulled and while
# 50 layers of 64 MiB are pushed at once. Pushes about 5 GiB to the server and deletes them again; its store may keep
# the bytes until it collects, so start it over a folder that can go:
#   dotnet run --project src/Berth.Server -c Release -- --Berth:Storage:FileSystem:Root=/tmp/berth-memory
#   eng/measure-memory.sh http://127.0.0.1:5000 "$(pgrep -nx Berth.Server)"
# SIZE_MIB, LAYERS and LAYER_MIB make it smaller. Needs bash, curl and coreutils, and Linux for /proc.
set -euo pipefail

if [ $# -ne 2 ] || [ ! -r "/proc/${2:-}/status" ]; then
  echo "usage: $0 URL PID" >&2
  exit 2
fi
url=${1%/} pid=$2
size_mib=${SIZE_MIB:-1024} layers=${LAYERS:-50} layer_mib=${LAYER_MIB:-64}
repository=measure/memory-$$
uploads=$url/v2/$repository/blobs/uploads/
work=$(mktemp -d)
pushed=$work/pushed
: >"$pushed"

request() { curl --silent --show-error --fail --noproxy '*' --max-time 300 "$@"; }

clean_up() {
  local job digest
  for job in $(jobs -p); do kill "$job" 2>/dev/null || true; done
  while read -r digest; do
    request -X DELETE "$url/v2/$repository/blobs/$digest" -o /dev/null 2>/dev/null || true
  done <"$pushed"
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

memory_kib() { awk -v field="$1:" '$1 == field { print $2 }' "/proc/$pid/status"; }

digest_of() { echo "sha256:$(sha256sum "$@" | cut -c1-64)"; }

# The Location header of an answer, made absolute.
location_of() {
  local location
  location=$(tr -d '\r' | awk 'tolower($1) == "location:" { print $2 }')
  case $location in
    http*) echo "$location" ;;
    *) echo "$url$location" ;;
  esac
}

begin() { request -X POST -D - -o /dev/null "$uploads" | location_of; }

finish() { # LOCATION DIGEST [CURL OPTION]...
  local location=$1 digest=$2 separator='?'
  shift 2
  case $location in *'?'*) separator='&' ;; esac
  request -X PUT -o /dev/null "$@" "$location${separator}digest=$digest"
  echo "$digest" >>"$pushed"
}

# A layer that comes from a pipe, as docker sends it: one PATCH without a length, then an empty PUT.
push_streamed() { # DIGEST FILE...
  local digest=$1 location
  shift
  location=$(begin)
  location=$(cat "$@" \
    | request -X PATCH -T - -H 'Content-Type: application/octet-stream' -D - -o /dev/null "$location" \
    | location_of)
  finish "$location" "$digest" -H 'Content-Length: 0'
}

# A layer from a file, as containerd sends it: one PUT.
push_whole() { finish "$(begin)" "$1" -T "$2" -H 'Content-Type: application/octet-stream'; }

pull() { request -L -o "$work/pulled" "$url/v2/$repository/blobs/$1"; }

push_many() {
  local i jobs=()
  for ((i = 0; i < layers; i++)); do
    push_streamed "$(<"$work/digest$i")" "$work/layer" "$work/suffix$i" &
    jobs+=($!)
  done
  for i in "${jobs[@]}"; do wait "$i"; done
}

measure() { # WHAT COMMAND...
  local what=$1 before peak started
  shift
  before=$(memory_kib VmRSS)
  echo 5 >"/proc/$pid/clear_refs" # VmHWM begins anew
  started=$EPOCHREALTIME
  "$@"
  peak=$(memory_kib VmHWM)
  awk -v what="$what" -v before="$before" -v peak="$peak" -v idle="$idle" \
    -v seconds="$(awk -v a="$started" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')" \
    'BEGIN { printf "| %-44s | %5.0f | %5.0f | %5.0f | %6.1f |\n", what, before / 1024, peak / 1024,
             (peak - idle) / 1024, seconds }'
}

head -c "$((size_mib * 1024 * 1024))" /dev/urandom >"$work/first"
{ cat "$work/first"; echo second; } >"$work/second"
head -c "$((layer_mib * 1024 * 1024))" /dev/urandom >"$work/layer"
for ((i = 0; i < layers; i++)); do
  echo "$i" >"$work/suffix$i"
  echo "sha256:$(cat "$work/layer" "$work/suffix$i" | sha256sum | cut -c1-64)" >"$work/digest$i"
done
first=$(digest_of "$work/first")
second=$(digest_of "$work/second")

request -o /dev/null "$url/v2/"
idle=$(memory_kib VmRSS)
echo "Resident when idle: $((idle / 1024)) MiB"
echo
printf '| %-44s | %5s | %5s | %5s | %6s |\n' 'MiB' before peak more s
echo "|----------------------------------------------|------:|------:|------:|-------:|"
measure "push $size_mib MiB: POST, chunked PATCH, PUT" push_streamed "$first" "$work/first"
measure "push $size_mib MiB: POST, PUT" push_whole "$second" "$work/second"
measure "pull $size_mib MiB" pull "$first"
cmp "$work/first" "$work/pulled"
measure "push $layers layers of $layer_mib MiB at once" push_many
