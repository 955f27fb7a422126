# shellcheck shell=bash
# Where apt takes packages from, when not from where the host says: a mirror, or NodeSource.

APT_SOURCES=() # options for apt-get
NODESOURCE_LIST=/etc/apt/sources.list.d/geo-system-nodesource.sources
NODESOURCE_KEY=/etc/apt/keyrings/geo-system-nodesource.asc

# A mirror is for this run only: apt reads a list of ours in place of the host's own, which stays as it is.
apt_sources() {
  local mirror list="$PAYLOAD/mirror.sources"
  mirror=$(setting apt-mirror '')
  [ -n "$mirror" ] || return 0
  apt_mirror_list "${mirror%/}" > "$list"
  [ ! -e "$NODESOURCE_LIST" ] || { echo; cat "$NODESOURCE_LIST"; } >> "$list"
  # The lists of the host's own sources are not thrown away for it.
  APT_SOURCES=(-o "Dir::Etc::SourceList=$list" -o Dir::Etc::SourceParts=/dev/null -o APT::Get::List-Cleanup=false)
}

apt_mirror_list() {
  local ID='' VERSION_CODENAME=''
  # shellcheck source=/dev/null
  . /etc/os-release
  case "$ID" in
    ubuntu) apt_stanza ubuntu "$1" "$VERSION_CODENAME $VERSION_CODENAME-updates $VERSION_CODENAME-security" "main universe" ;;
    debian)
      apt_stanza debian "$1" "$VERSION_CODENAME $VERSION_CODENAME-updates" main
      # Debian's security updates are a tree of their own, which most mirrors have beside the first.
      ! fetch -o /dev/null "$1-security/dists/$VERSION_CODENAME-security/InRelease" 2> /dev/null ||
        apt_stanza debian "$1-security" "$VERSION_CODENAME-security" main
      ;;
    *) fail "apt-mirror: expected Ubuntu or Debian, found '$ID'" "pulumi config rm aptMirror" ;;
  esac
}

# apt_stanza DISTRIBUTION URI SUITES COMPONENTS
apt_stanza() {
  printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: %s\nSigned-By: /usr/share/keyrings/%s-archive-keyring.gpg\n\n' \
    "$2" "$3" "$4" "$1"
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
  fetch -o "$PAYLOAD/nodesource.asc" "${mirror%/}/gpgkey/nodesource-repo.gpg.key" ||
    fail "NodeSource's key could not be fetched from $mirror" "another source: pulumi config set nodeSource npm"
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
  version=$(apt_version nodejs)
  [ -n "$version" ] || version=$(apt-cache "${APT_SOURCES[@]}" policy nodejs | sed -n 's/^ *Candidate: //p')
  version=${version#*:}
  IFS=. read -r major minor _ <<< "$version"
  if [[ $version =~ ^[0-9]+\.[0-9]+ ]] && ((major % 2 == 0 && (major > 20 || (major == 20 && minor >= 6)))); then return 0; fi
  fail "the distribution's nodejs is ${version:-not there}, expected a long-term release from 20.6 on" \
    "another source: pulumi config set nodeSource archive (nodejs.org), nodesource, or npm (npm's registry)"
}
