# _geo_system_table has a line for each word that can be typed: WHERE|KIND|WORD|VALUE|WHAT IT IS. `geo-system completion`
# writes it before this.

_geo_system() {
  local place takes at kind word value says typed line
  local -a known
  for typed in "${(@)words[2,CURRENT-1]}"; do
    for line in "${(@f)_geo_system_table}"; do
      IFS='|' read -r at kind word value says <<<"$line"
      [[ $kind == command && $at == "$place" && $word == "$typed" ]] || continue
      place=${place:+$place }$word
      break
    done
  done
  for line in "${(@f)_geo_system_table}"; do
    IFS='|' read -r at kind word value says <<<"$line"
    [[ $at == "$place" ]] || continue
    known+=("${word//:/\\:}:$says")
    [[ $word != "${words[CURRENT-1]}" ]] || takes=$value
  done
  case $takes in
  '') _describe geo-system known ;;
  FILE) _files ;;
  TEXT) _message value ;;
  *) compadd -- ${=takes} ;;
  esac
}

compdef _geo_system geo-system
