# shellcheck shell=bash
# Step `site`, other sites of the host: what nginx only warns of, or says nothing about, and what would leave one of the
# two without its visitors. Read from the whole configuration as nginx itself reads it (`nginx -T`).

# site_refuse_rivals ANSWER: the output of `nginx -T` with our site in it.
site_refuse_rivals() {
  local rivals
  rivals=$(site_rivals < "$1")
  [ -n "$rivals" ] || return 0
  cat >&2 <<< "$rivals"
  fail "another site of this host answers the same requests; nothing was changed, nginx goes on as before" \
    "take the named lines away, or give one of the two another name ($PULUMI config set serverName NAME)"
}

# site_rivals < ANSWER: one rival a line, with file and line. Servers that share a port with ours are rivals when they
# have one of its names: nginx takes the first that it reads, and warns. One without any name, whose WebSocket path is
# ours too, served these requests until now: ours, as the default server, would silently take them away.
site_rivals() {
  awk -v own="$(site_link)" -v path="$(site_websocket_path)" '
    /^# configuration file .*:$/ { file = substr($0, 22, length($0) - 22); files[++count] = file; number = 0; next }
    file != "" { line[file, ++number] = $0; lines[file] = number }

    function glob(pattern) {
      gsub(/[.+^$(){}|]/, "\\\\&", pattern)
      gsub(/\*/, "[^/]*", pattern)
      gsub(/\?/, "[^/]", pattern)
      return "^" pattern "$"
    }
    # directive(END, AT): the words that gathered in `word` until ; or {.
    function directive(end, at,   i) {
      if (words == 0) return
      if (word[1] == "include" && end == ";") { include(word[2]); return }
      if (end == "{" && word[1] == "server" && depth == 1 && block[1] == "http") begin(at)
      else if (inside && depth == inside) {
        if (word[1] == "listen") listen(word[2], at)
        if (word[1] == "server_name") for (i = 2; i <= words; i++) name(word[i], at)
        if (word[1] == "location" && end == "{" && word[words] == path) location = at
      }
      opened = word[1]
    }
    function include(pattern,   i) {
      pattern = glob(pattern ~ /^\// ? pattern : "/etc/nginx/" pattern)
      words = 0
      for (i = 1; i <= count; i++) if (files[i] ~ pattern && !(files[i] in open)) read(files[i])
    }
    function begin(at) { inside = depth + 1; ports = location = ""; start = at; named = listened = 0 }
    # What listens on loopback only cannot be reached from outside.
    function listen(text, at,   address, port) {
      address = text
      if (!sub(/:[0-9]+$/, "", address) && address ~ /^[0-9]+$/) address = "*"
      port = match(text, /[0-9]+$/) && text !~ /^[0-9.]+\.[0-9]+$/ && text !~ /^unix:/ ? substr(text, RSTART) : "80"
      gsub(/[][]/, "", address)
      if (address ~ /^127\./ || address == "::1" || address ~ /^unix/) port = "loopback"
      ports = ports " " port " "
      listened++; addresses[listened] = address; listens[listened] = at
    }
    function name(text, at) { if (text != "_" && text != "") { named++; names[named] = text; place[named] = at } }
    function finish(   i, file) {
      file = start; sub(/:[0-9]+$/, "", file)
      servers++
      isOwn[servers] = file == own
      portsOf[servers] = ports == "" ? " 80 " : ports
      startOf[servers] = start; locationOf[servers] = location; namedOf[servers] = named; listenedOf[servers] = listened
      for (i = 1; i <= named; i++) { nameOf[servers, i] = tolower(names[i]); placeOf[servers, i] = place[i] }
      for (i = 1; i <= listened; i++) { addressOf[servers, i] = addresses[i]; listenOf[servers, i] = listens[i] }
      inside = 0
    }
    function read(file,   n, text, i, c, token, quote) {
      open[file] = 1
      for (n = 1; n <= lines[file]; n++) {
        text = line[file, n]
        token = ""
        for (i = 1; i <= length(text); i++) {
          c = substr(text, i, 1)
          if (quote != "") { if (c == quote) quote = ""; else token = token c; continue }
          if (c == "\\") { token = token c substr(text, ++i, 1); continue }
          if ((c == "\"" || c == "\047") && token == "") { quote = c; continue }
          if (c == "#" && token == "") break
          # ${name} is a variable, not a block.
          if (c == "{" && substr(token, length(token)) == "$") { while (c != "}" && i < length(text)) { token = token c; c = substr(text, ++i, 1) } token = token c; continue }
          if (c !~ /[ \t;{}]/) { token = token c; continue }
          if (token != "") { word[++words] = token; token = "" }
          if (c == ";" || c == "{") { directive(c, file ":" n); words = 0 }
          if (c == "{") block[++depth] = opened
          if (c == "}") { if (inside && depth == inside) finish(); depth--; words = 0 }
        }
        if (token != "" && quote == "") word[++words] = token
      }
      delete open[file]
    }
    function share(a, b,   all, i, n) {
      n = split(portsOf[a], all, " ")
      for (i = 1; i <= n; i++) if (all[i] != "loopback" && index(portsOf[b], " " all[i] " ")) return all[i]
      return ""
    }
    function compare(a, b, port,   i, j) {
      for (i = 1; i <= namedOf[a]; i++) {
        for (j = 1; j <= namedOf[b]; j++) if (nameOf[a, i] == nameOf[b, j])
          print "  " placeOf[b, j] ": server_name " nameOf[b, j] " on port " port ", as our site has it" (locationOf[b] == "" ? "" : "; its location " path " is at " locationOf[b])
        for (j = 1; j <= listenedOf[b]; j++) if (nameOf[a, i] == addressOf[b, j])
          print "  " listenOf[b, j] ": listen " addressOf[b, j] ": nginx gives this server all that comes to the address of our site"
      }
      if (!namedOf[b] && locationOf[b] != "")
        print "  " locationOf[b] ": location " path " on port " port ", in a server without a name (" startOf[b] ")"
    }
    END {
      read(files[1])
      for (a = 1; a <= servers; a++) for (b = 1; b <= servers; b++)
        if (isOwn[a] && !isOwn[b] && (port = share(a, b)) != "") compare(a, b, port)
    }'
}

# The path that our site upgrades: the location of its file that is not the rest.
site_websocket_path() { sed -n 's|^ *location \(/[^ ]*\) {$|\1|p' "$(payload_file "$(site_file)")" | grep -vx / | sed -n 1p; }
