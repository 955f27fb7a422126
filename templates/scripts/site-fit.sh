# shellcheck shell=bash
# What this host cannot do leaves the site: a kernel without IPv6 refuses to listen there, and nginx refuses directives of
# modules that it does not have. Read by `diagnose` too, which compares the site with the one that was deployed.

# site_fit SED-ARGUMENTS: a site without the lines that this host cannot serve.
site_fit() {
  local gone=(-e '')
  has_ipv6 || gone+=(-e '/^ *listen \[::\]/d')
  site_has_brotli || gone+=(-e '/^ *brotli_static /d')
  sed "${gone[@]}" "$@"
}

# Whether nginx hands out what was compressed ahead with brotli: a module that it loads, or was built with.
site_has_brotli() { site_finds_brotli; }

site_finds_brotli() {
  grep -RqsE '^[^#]*load_module .*ngx_http_brotli_static_module' "$NGINX/nginx.conf" "$NGINX/modules-enabled/" ||
    [[ $(nginx -V 2>&1) = *brotli* ]]
}
