#!/usr/bin/env bash
# One Apache Kafka broker on this machine, in KRaft mode, without docker. README.md says more.
set -euo pipefail

home="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
libs="$home/target/libs"
dir="$home/../../var/kafka"
port=9092
controller_port=9093
wait_seconds=60

usage() {
    cat <<'TEXT'
kafka.sh up     [--dir D] [--port P] [--controller-port Q]   fetch, format, start, and wait until the broker answers
kafka.sh down   [--dir D]                                    stop it; what it stored stays in D
kafka.sh status [--dir D]                                    say whether it runs; exit status 3 if not
kafka.sh fetch                                               only fetch Apache Kafka into target/
Defaults: --dir var/kafka --port 9092 --controller-port 9093. Needs Java 17 or newer; Maven 3 for the first start.
TEXT
}

fail() {
    echo "kafka.sh: $*" >&2
    exit 1
}

java_bin() {
    if [[ -n "${JAVA_HOME:-}" && -x "$JAVA_HOME/bin/java" ]]; then echo "$JAVA_HOME/bin/java"; else command -v java; fi
}

check_java() {
    java="$(java_bin)" || fail "no java found; Apache Kafka needs Java 17 or newer (set JAVA_HOME or PATH)"
    local major
    major="$("$java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -1)"
    ((${major:-0} >= 17)) || fail "$java is Java ${major:-of an unknown version}; Apache Kafka needs 17 or newer"
}

# The jars are complete when the stamp is newer than the pom: a fetch that was cut off is done again.
fetch() {
    local stamp="$libs/.complete"
    mkdir -p "$home/target"
    if command -v flock >/dev/null; then # two at once would remove each other's jars
        exec 9>"$home/target/.lock"
        flock 9
    fi
    fetch_once "$stamp"
    exec 9>&-
}

fetch_once() {
    local stamp="$1"
    [[ -e "$stamp" && ! "$home/pom.xml" -nt "$stamp" ]] && return
    command -v mvn >/dev/null || fail "no mvn found; the first start needs Maven 3 to fetch Apache Kafka"
    echo "fetching Apache Kafka into $libs" >&2
    rm -rf "$libs"
    mvn --quiet --batch-mode -Dstyle.color=never --file "$home/pom.xml" package >&2
    touch "$stamp"
}

tool() { # a command line tool of Kafka; each starts a JVM
    timeout "$1" "$java" -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
        "-Dlog4j2.configurationFile=$dir/tool-log4j2.properties" -cp "$libs/*" "${@:2}"
}

# The broker's process, or nothing. A pid that another program has taken since does not count.
running() {
    local pid
    pid="$(cat "$dir/kafka.pid" 2>/dev/null)" || return 1
    [[ "$pid" =~ ^[0-9]+$ && "$(ps -ww -p "$pid" -o args= 2>/dev/null)" == *"$dir/server.properties"* ]] && echo "$pid"
}

write_configuration() {
    cat >"$dir/server.properties" <<TEXT
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:$controller_port
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller_port
advertised.listeners=PLAINTEXT://127.0.0.1:$port
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=$dir/data
auto.create.topics.enable=false
# One broker: nothing can be replicated.
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
# A single member need not wait for others, and a killed broker may come back at once.
group.initial.rebalance.delay.ms=0
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
TEXT
    cat >"$dir/log4j2.properties" <<'TEXT'
appender.stdout.type=Console
appender.stdout.name=stdout
appender.stdout.layout.type=PatternLayout
appender.stdout.layout.pattern=%d %p %c %m%n
rootLogger.level=warn
rootLogger.appenderRef.stdout.ref=stdout
TEXT
    sed 's/=warn/=error/' "$dir/log4j2.properties" >"$dir/tool-log4j2.properties"
}

format() {
    [[ -e "$dir/data/meta.properties" ]] && return
    tool 60 kafka.tools.StorageTool format --standalone \
        --cluster-id "$(tool 60 kafka.tools.StorageTool random-uuid)" --config "$dir/server.properties"
}

listens() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

answers() {
    listens "$port" &&
        tool 15 org.apache.kafka.tools.TopicCommand --bootstrap-server "127.0.0.1:$port" --list >/dev/null 2>&1
}

up() {
    check_java
    fetch
    mkdir -p "$dir"
    dir="$(cd "$dir" && pwd)"
    local pid
    if pid="$(running)"; then
        echo "already running, process $pid"
        return
    fi
    local taken
    for taken in "$port" "$controller_port"; do
        listens "$taken" && fail "port $taken is in use; choose others with --port and --controller-port"
    done
    write_configuration
    local log="$dir/kafka.log"
    format >>"$log" 2>&1 || { tail -n 20 "$log" >&2; fail "cannot format $dir/data"; }
    nohup "$java" -Xms128m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
        "-Dlog4j2.configurationFile=$dir/log4j2.properties" -cp "$libs/*" kafka.Kafka "$dir/server.properties" \
        >>"$log" 2>&1 </dev/null &
    pid=$!
    echo "$pid" >"$dir/kafka.pid"
    local deadline=$((SECONDS + wait_seconds))
    until answers; do
        kill -0 "$pid" 2>/dev/null || { tail -n 20 "$log" >&2; fail "the broker ended while starting; $log has its words"; }
        ((SECONDS < deadline)) || { tail -n 20 "$log" >&2; fail "no answer on 127.0.0.1:$port within $wait_seconds s; see $log"; }
        sleep 0.2
    done
    echo "running on 127.0.0.1:$port, process $pid, files in $dir"
}

down() {
    dir="$(cd "$dir" 2>/dev/null && pwd)" || { echo "not running"; return; }
    local pid
    pid="$(running)" || { echo "not running"; rm -f "$dir/kafka.pid"; return; }
    kill "$pid"
    local deadline=$((SECONDS + 30))
    while kill -0 "$pid" 2>/dev/null; do
        ((SECONDS < deadline)) || { echo "no clean stop within 30 s, killing process $pid" >&2; kill -9 "$pid"; deadline=$((SECONDS + 5)); }
        sleep 0.1
    done
    rm -f "$dir/kafka.pid"
    echo "stopped"
}

status() {
    dir="$(cd "$dir" 2>/dev/null && pwd)" || dir=/nonexistent
    local pid
    pid="$(running)" || { echo "not running"; exit 3; }
    echo "running, process $pid, $(sed -n 's/^advertised.listeners=PLAINTEXT:\/\///p' "$dir/server.properties"), files in $dir"
}

command="${1:-}"
[[ $# -gt 0 ]] && shift
while (($#)); do
    [[ $# -ge 2 ]] || fail "$1 needs a value"
    case "$1" in
        --dir) dir="$2" ;;
        --port) port="$2" ;;
        --controller-port) controller_port="$2" ;;
        *) usage >&2; fail "unknown option $1" ;;
    esac
    shift 2
done
case "$command" in
    up | down | status) "$command" ;;
    fetch) check_java; fetch ;;
    -h | --help | help) usage ;;
    *) usage >&2; fail "unknown command '${command}'" ;;
esac
