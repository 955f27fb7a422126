# shellcheck shell=bash
# Where apt takes packages from, when not from where the host says: a mirror, or NodeSource.

APT_SOURCES=() # options for apt-get
APT_SCOPE=''
NODESOURCE_LIST=/etc/apt/sources.list.d/geo-system-nodesource.sources
NODESOURCE_KEY=/etc/apt/keyrings/geo-system-nodesource.asc

# apt_scope main|all: which lists this run reads. All that the host names are tens of megabytes on Ubuntu, and what the
# package needs lies in `main`, so the first try takes that alone: seconds instead of a quarter of a minute. A mirror of
# the configuration takes the place of the distribution's archive. Both are for this run only, in a list of our own:
# the host's sources stay as they are.
apt_scope() {
  local stanzas=''
  APT_SCOPE=$1
  APT_SOURCES=()
  [ "$1" = all ] && [ -z "$(setting apt-mirror '')" ] || stanzas=$(apt_stanzas "$1")
  [ -n "$stanzas" ] || return 0
  printf '%s\n\n' "$stanzas" > "$PAYLOAD/apt.sources"
  [ ! -e "$NODESOURCE_LIST" ] || cat "$NODESOURCE_LIST" >> "$PAYLOAD/apt.sources"
  # What the lists of other sources say is not thrown away for it.
  APT_SOURCES=(-o "Dir::Etc::SourceList=$PAYLOAD/apt.sources" -o Dir::Etc::SourceParts=/dev/null -o APT::Get::List-Cleanup=false)
}

# Stanzas for the distribution's own releases among the host's sources, as apt itself reads them.
apt_stanzas() {
  local ID='' VERSION_CODENAME='' mirror release uri components=main
  # shellcheck source=/dev/null
  . /etc/os-release
  mirror=$(setting apt-mirror '')
  [ "$1:$ID" != all:ubuntu ] || components='main universe'
  # shellcheck disable=SC2016 # apt's variables
  apt-get indextargets --no-release-info --format '$(CREATED_BY) $(TARGET_OF) $(COMPONENT) $(RELEASE) $(REPO_URI)' |
    sed -nE "s/^Packages deb main ($VERSION_CODENAME(-updates|-security)?) /\1 /p" | sort -u |
    while read -r release uri; do
      [ -z "$mirror" ] || uri=$(apt_mirror "${mirror%/}" "$ID:$release")
      printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: %s\nSigned-By: /usr/share/keyrings/%s-archive-keyring.gpg\n\n' \
        "$uri" "$release" "$components" "$ID"
    done
}

# Debian's security updates are a tree of their own, which mirrors have beside the first.
apt_mirror() {
  case "$2" in debian:*-security) say "$1-security" ;; *) say "$1" ;; esac
}

# NodeSource's archive, signed with its key. Both stay as long as its nodejs does, for the updates.
apt_nodesource() {
  local mirror version
  [ "$(setting node-source none)" = nodesource ] || return 0
  mirror=$(setting node-mirror https://deb.nodesource.com)
  version=$(setting node)
  printf 'Types: deb\nURIs: %s/node_%s.x\nSuites: nodistro\nComponents: main\nSigned-By: %s\n' \
    "${mirror%/}" "${version%%.*}" "$NODESOURCE_KEY" > "$PAYLOAD/nodesource.sources"
  ! cmp -s "$PAYLOAD/nodesource.sources" "$NODESOURCE_LIST" || return 0
  command -v curl > /dev/null || { apt_prepare; apt_add curl ca-certificates; }
  fetch -o "$PAYLOAD/nodesource.asc" "${mirror%/}/gpgkey/nodesource-repo.gpg.key" ||
    fail "NodeSource's key could not be fetched from $mirror" "another source: $PULUMI config set nodeSource npm"
  write_file "$PAYLOAD/nodesource.asc" "$NODESOURCE_KEY" root:root 0644
  write_file "$PAYLOAD/nodesource.sources" "$NODESOURCE_LIST" root:root 0644
  APT_STALE=yes
}

# What to ask apt for, when Node comes from it and the one on the host is missing or another version.
apt_node_missing() {
  case "$(setting node-source none)" in
    nodesource) [[ $(apt_version nodejs) = "$(setting node)"-* ]] || say "nodejs=$(setting node)-*" ;;
    distribution) [ -n "$(apt_version nodejs)" ] || say nodejs ;;
  esac
}

# A distribution's Node is as old as the distribution. --env-file came with 20.6, and only even majors are supported long.
apt_node_guard() {
  local version major minor
  [ "$(setting node-source none)" = distribution ] || return 0
  version=$(apt_node_candidate)
  if [ -z "$version" ] && [ "$APT_STALE" != updated ]; then
    apt_update
    version=$(apt_node_candidate)
  fi
  IFS=. read -r major minor _ <<< "$version"
  if [[ $version =~ ^[0-9]+\.[0-9]+ ]] && ((major % 2 == 0 && (major > 20 || (major == 20 && minor >= 6)))); then return 0; fi
  fail "the distribution's nodejs is ${version:-not there}, expected a long-term release from 20.6 on" \
    "another source: $PULUMI config set nodeSource archive (nodejs.org), nodesource, or npm (npm's registry)"
}

# The version that is installed, or else the one that would be.
apt_node_candidate() {
  local version
  version=$(apt_version nodejs)
  [ -n "$version" ] || version=$(apt_candidate nodejs)
  say "${version#*:}"
}
