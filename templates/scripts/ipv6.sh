# shellcheck shell=bash
# A kernel that was started with ipv6.disable=1 refuses every socket of IPv6. It has no such settings either, and by
# these ufw knows it too.
has_ipv6() { [ -d /proc/sys/net/ipv6 ]; }
