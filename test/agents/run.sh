#!/usr/bin/env bash
# Agents and libraries that ship logs and metrics to AWS, unmodified, against the built binary: see agents.py. They are installed into .cache; one that
# cannot be had here is told and left out. Arguments: names of agents; none means all.
#
# awslogs   AWS's own CloudWatch Logs agent (PyPI: awscli-cwlogs), the one before amazon-cloudwatch-agent. The latter is not tried: it is released as
#           Linux packages by AWS only, and its Go module is not served by module proxies.
# telegraf  InfluxData's agent, on which amazon-cloudwatch-agent is built; its released module with its own build tags, which choose plugins.
# watchtower, winston  logging libraries of Python and Node.js.
# emf       AWS's embedded metrics library for Node.js, whose lines awslogs ships.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)
cache=$root/.cache/agents
mkdir -p "$cache/bin"
wanted=${*:-awslogs telegraf watchtower winston emf}
have=

python=$cache/python
packages="boto3==1.44.8 awscli==1.46.3 awscli-cwlogs==1.4.6 watchtower==3.4.0"
if [ "$(cat "$python/installed" 2>/dev/null)" != "$packages" ]; then
  python3 -m venv "$python"
  # shellcheck disable=SC2086
  "$python/bin/pip" install -q --disable-pip-version-check $packages && echo "$packages" >"$python/installed"
fi
for agent in $wanted; do
  case $agent in
  awslogs | watchtower)
    [ -f "$python/installed" ] && have="$have $agent" || echo "$agent: left out, PyPI does not answer" ;;
  telegraf)
    telegraf=$cache/bin/telegraf
    [ -x "$telegraf" ] || (cd "$cache" && GOFLAGS= GOBIN=$cache/bin nice go install -trimpath -ldflags "-s -w" \
      -tags custom,inputs.tail,inputs.mem,outputs.cloudwatch,outputs.cloudwatch_logs,parsers.value github.com/influxdata/telegraf/cmd/telegraf@v1.37.2) || true
    [ -x "$telegraf" ] && have="$have $agent" || echo "$agent: left out, its module could not be built" ;;
  winston | emf)
    if ! command -v npm >/dev/null; then
      echo "$agent: left out, there is no npm"
    elif [ -f "$cache/node/installed" ] || (mkdir -p "$cache/node" && cd "$cache/node" && npm install --silent --no-audit --no-fund --prefix . \
      winston@3.19.0 winston-cloudwatch@6.3.0 aws-embedded-metrics@4.2.1 >/dev/null && touch installed); then
      have="$have $agent"
    else
      echo "$agent: left out, npm could not install it"
    fi ;;
  esac
done
case " $have " in *" emf "*) case " $have " in *" awslogs "*) ;; *) have=${have/ emf/}; echo "emf: left out, awslogs ships its lines" ;; esac ;; esac
[ -n "$have" ] || exit 0
# shellcheck disable=SC2086
PATH=$python/bin:$cache/bin:$PATH NODE_PATH=$cache/node/node_modules exec "$python/bin/python" agents.py "$root/bin/unyo" $have
