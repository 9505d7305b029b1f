#!/usr/bin/env bash
# Times sums (measure.mjs) between two network namespaces of this machine, over a link of a rate and a delay: tc netem, or where the kernel has none
# tc tbf on a link that delays by itself (delayed-link.py). Linux, Open MPI, as root, after `npm run build` and `npm run build:native`.
# Usage: measure-network.sh [MEGABYTES [RATE MILLISECONDS]...], for example: measure-network.sh 24.6 1gbit 0.1 10gbit 2
# The delay is that of one way.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
megabytes=${1:-24.6}
shift || true
[ $# -gt 0 ] || set -- 1gbit 0.1 1gbit 2 10gbit 0.1 10gbit 2
one=mpi-one-$$ two=mpi-two-$$
agent=$(mktemp)
link=
take_down() {
  if [ -n "$link" ]; then kill "$link" && wait "$link" 2>/dev/null; fi || true
  link=
  ip netns del "$one" 2>/dev/null || true
  ip netns del "$two" 2>/dev/null || true
}
trap 'take_down; rm -f "$agent"' EXIT

# set_up RATE MILLISECONDS
set_up() {
  ip netns add "$one"
  ip netns add "$two"
  ip -n "$one" link set lo up
  ip -n "$two" link set lo up
  ip -n "$one" link add wire type veth peer name wire netns "$two"
  if tc -n "$one" qdisc add dev wire root netem rate "$1" delay "$2ms" limit 100000 2>/dev/null; then
    tc -n "$two" qdisc add dev wire root netem rate "$1" delay "$2ms" limit 100000
    ip -n "$one" addr add 10.77.0.1/24 dev wire
    ip -n "$two" addr add 10.77.0.2/24 dev wire
    ip -n "$one" link set wire up
    ip -n "$two" link set wire up
    return
  fi
  ip -n "$one" link del wire
  exec 3< <(exec python3 "$here/delayed-link.py" "$one" 10.77.0.1 "$two" 10.77.0.2 "$2")
  link=$!
  read -r _ <&3
  for space in "$one" "$two"; do
    tc -n "$space" qdisc add dev wire root tbf rate "$1" burst 512kb latency 1s
  done
}

# In the place of ssh: a command on the other "machine", which has a name of its own.
cat >"$agent" <<AGENT
#!/usr/bin/env bash
shift
exec ip netns exec $two unshare --uts sh -c "hostname mpi-two; \$*"
AGENT
chmod +x "$agent"

export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
while [ $# -gt 1 ]; do
  set_up "$1" "$2"
  printf '%s, %s ms one way: ' "$1" "$2"
  ip netns exec "$one" mpirun -np 2 --host 10.77.0.1:1,10.77.0.2:1 --bind-to none --mca plm_rsh_agent "$agent" \
    --mca pml ob1 --mca btl self,tcp --mca btl_tcp_if_include wire --mca oob_tcp_if_include wire --mca mpi_yield_when_idle 1 \
    node "$here/measure.mjs" "$megabytes"
  take_down
  shift 2
done
