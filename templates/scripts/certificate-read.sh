# shellcheck shell=bash
# What a certificate says of itself, as step `certificate`, step `acme` and `diagnose` read it.

# certificate_is_pair CHAIN KEY
certificate_is_pair() {
  local key
  key=$(openssl pkey -in "$2" -passin pass: -pubout 2> /dev/null) || return 1
  [ "$(openssl x509 -in "$1" -noout -pubkey 2> /dev/null)" = "$key" ]
}

# certificate_is_for CHAIN NAME
certificate_is_for() {
  local option=-checkhost
  [[ ! $2 =~ ^[0-9.]+$|: ]] || option=-checkip
  [[ $(openssl x509 -in "$1" -noout "$option" "$2") = *'does match certificate'* ]]
}

certificate_fingerprint() {
  local said
  said=$(openssl x509 -in "$1" -noout -fingerprint -sha256)
  said=${said##*=} said=${said//:/}
  say "${said,,}"
}

certificate_end() {
  local said
  said=$(openssl x509 -in "$1" -noout -enddate)
  say "${said#*=}"
}
