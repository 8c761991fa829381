#compdef dossier
# dossier completion zsh > "${fpath[1]}/_dossier"
_dossier() {
  local -a found
  local line
  while IFS=$'\t' read -r word help; do
    found+=("${word//:/\\:}:$help")
  done < <("${words[1]}" completion-words -- "${(@)words[2,CURRENT-1]}" 2>/dev/null)
  (( ${#found} )) && _describe dossier found
  _files
}
compdef _dossier dossier
