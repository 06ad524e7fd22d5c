#!/usr/bin/env bash
# Puts real coordinators where the tests look for them: etcd 3.4 and 3.5 and Consul 1.8 of Debian's packages, unpacked, never
# installed (an installed etcd-server starts a daemon). Needs apt-get, dpkg-deb and a Debian mirror among apt's sources; apt's own state stays
# as it is. What cannot be had is said and is no failure: the tests that want it are skipped, with the reason.
set -uo pipefail

servers=${INCUMBENT_SERVERS:-$HOME/.cache/incumbent/servers}
deadline=$((SECONDS + 240))
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { printf 'real servers: %s\n' "$*"; }
missing() { say "NOT HAD: $*"; }

# Ends a step that outlasts what is left of the time.
bounded() {
  local left=$((deadline - SECONDS))
  [ "$left" -gt 0 ] && timeout --kill-after=5 "$left" "$@"
}

# The archive that this machine's apt uses already; the archives of security updates have another layout of suites.
mirror() {
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -E '/debian/?$' | head -n 1
}

# An apt with lists, cache and status of its own, for one suite.
private_apt() {
  local suite=$1 dir=$2 keyring=/usr/share/keyrings/debian-archive-keyring.gpg signed=
  [ -r "$keyring" ] && signed="[signed-by=$keyring] "
  mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
  : >"$dir/status"
  printf 'deb %s%s %s main\n' "$signed" "$(mirror)" "$suite" >"$dir/sources.list"
  cat >"$dir/apt.conf" <<CONF
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::State "$dir";
Dir::State::lists "$dir/lists";
Dir::State::status "$dir/status";
Dir::Cache "$dir/cache";
Dir::Etc::SourceList "$dir/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
APT::Sandbox::User "root";
APT::Get::List-Cleanup "false";
Acquire::Languages "none";
Acquire::Retries "1";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
CONF
  APT_CONFIG="$dir/apt.conf" bounded apt-get update -qq >"$dir/log" 2>&1
}

# unpack SERVER SERIES SUITE PACKAGES TOOLS: unpacks a server of a suite, unless a release of the series is there. Its release is
# what version_of says of the unpacked program.
unpack() {
  local server=$1 series=$2 suite=$3 packages=$4 tools=$5 dir=$work/$1-$3 there version target tool
  for there in "$servers/$server-$series".*/"$server"; do
    if [ -x "$there" ]; then
      say "$(basename "$(dirname "$there")") is there"
      return
    fi
  done
  if ! private_apt "$suite" "$dir"; then
    missing "$server $series: no package lists of $suite: $(tail -n 1 "$dir/log" 2>/dev/null)"
    return
  fi
  mkdir -p "$dir/debs" "$dir/root" "$dir/ready"
  # shellcheck disable=SC2086
  if ! (cd "$dir/debs" && APT_CONFIG="$dir/apt.conf" bounded apt-get download -qq $packages >"$dir/log" 2>&1); then
    missing "$server $series: the packages of $suite did not come: $(tail -n 1 "$dir/log")"
    return
  fi
  for there in "$dir"/debs/*.deb; do
    dpkg-deb -x "$there" "$dir/root" || { missing "$server $series: $there cannot be unpacked"; return; }
  done
  for tool in $tools; do
    [ -x "$dir/root/usr/bin/$tool" ] && cp "$dir/root/usr/bin/$tool" "$dir/ready/"
  done
  version=$(version_of "$server" "$dir/ready/$server")
  case "$version" in
    "$series".*) ;;
    *) missing "$server $series: $suite holds version '${version:-that does not run here}'"; return ;;
  esac
  target=$servers/$server-$version
  # In place at one stroke: a second script, or an interrupted one, leaves no half of a server.
  mkdir -p "$servers" && cp -r "$dir/ready" "$servers/.$server-$version.$$" \
    && mv -T "$servers/.$server-$version.$$" "$target" 2>/dev/null || rm -rf "$servers/.$server-$version.$$"
  [ -x "$target/$server" ] && say "$server-$version unpacked" || missing "$server $series: $target cannot be written"
}

version_of() {
  case "$1" in
    etcd) bounded "$2" --version 2>/dev/null | sed -n 's/^etcd Version: *//p' ;;
    consul) bounded "$2" version 2>/dev/null | sed -n 's/^Consul v\([0-9.]*\).*/\1/p' ;;
  esac
}

# Clients in other languages that the embedded servers are tried with; nothing of them is installed either.
python_clients() {
  local suite=bookworm dir=$work/clients-python deb target=$servers/clients-python
  local packages="patroni python3-consul python3-requests python3-six python3-urllib3 python3-certifi python3-charset-normalizer
    python3-chardet python3-idna python3-dateutil python3-psutil python3-prettytable python3-wcwidth python3-click python3-yaml
    python3-cdiff"
  [ -d "$target/patroni" ] && { say "clients-python is there"; return; }
  private_apt "$suite" "$dir" || { missing "Python's clients: no package lists of $suite"; return; }
  mkdir -p "$dir/debs" "$dir/root"
  # shellcheck disable=SC2086
  (cd "$dir/debs" && APT_CONFIG="$dir/apt.conf" bounded apt-get download -qq $packages >"$dir/log" 2>&1) \
    || { missing "Python's clients: $(tail -n 1 "$dir/log")"; return; }
  for deb in "$dir"/debs/*.deb; do
    dpkg-deb -x "$deb" "$dir/root" || { missing "Python's clients: $deb cannot be unpacked"; return; }
  done
  in_place "$dir/root/usr/lib/python3/dist-packages" "$target" patroni
}

node_clients() {
  local dir=$work/clients-node target=$servers/clients-node
  [ -d "$target/node_modules/consul" ] && { say "clients-node is there"; return; }
  command -v npm >/dev/null || { missing "Node's clients: no npm"; return; }
  mkdir -p "$dir"
  bounded npm install --prefix "$dir" --ignore-scripts --no-audit --no-fund --silent consul@2.0.1 >"$work/npm.log" 2>&1 \
    || { missing "Node's clients: $(tail -n 1 "$work/npm.log")"; return; }
  in_place "$dir" "$target" node_modules/consul
}

# in_place FROM TARGET WITNESS: TARGET appears at one stroke, and with WITNESS in it.
in_place() {
  mkdir -p "$servers" && cp -r "$1" "$2.$$" && mv -T "$2.$$" "$2" 2>/dev/null || rm -rf "$2.$$"
  [ -e "$2/$3" ] && say "$(basename "$2") unpacked" || missing "$2 cannot be written"
}

say "in $servers"
if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
  missing "this is no Debian, or has no apt-get or dpkg-deb; put etcd-VERSION/etcd and etcdctl, consul-VERSION/consul there by hand"
elif [ -z "$(mirror)" ]; then
  missing "apt has no Debian archive among its sources"
else
  unpack etcd 3.4 bookworm "etcd-server etcd-client" "etcd etcdctl etcdutl"
  unpack etcd 3.5 trixie "etcd-server etcd-client" "etcd etcdctl etcdutl"
  unpack consul 1.8 bullseye consul consul
  python_clients
fi
node_clients
exit 0
