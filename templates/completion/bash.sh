# shellcheck shell=bash
# _geo_system_table has a line for each word that can be typed: WHERE|KIND|WORD|VALUE|WHAT IT IS. `geo-system completion`
# writes it before this.

_geo_system_reply() {
  local word
  COMPREPLY=()
  while IFS= read -r word; do
    COMPREPLY+=("$word")
  done < <(compgen "$@" -- "$_geo_system_current")
}

_geo_system() {
  local _geo_system_current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local place='' takes='' at kind word value i
  local -a known=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    while IFS='|' read -r at kind word value _; do
      [[ $kind == command && $at == "$place" && $word == "${COMP_WORDS[i]}" ]] || continue
      place=${place:+$place }$word
      break
    done <<<"${_geo_system_table:?}"
  done
  while IFS='|' read -r at kind word value _; do
    [[ $at == "$place" ]] || continue
    known+=("$word")
    [[ $word != "$previous" ]] || takes=$value
  done <<<"$_geo_system_table"
  case $takes in
  '') _geo_system_reply -W "${known[*]}" ;;
  FILE) _geo_system_reply -f ;;
  TEXT) COMPREPLY=() ;;
  *) _geo_system_reply -W "$takes" ;;
  esac
}

complete -o filenames -F _geo_system geo-system
