# dossier completion fish > ~/.config/fish/completions/dossier.fish
function __dossier_words
    set -l typed (commandline -opc)
    $typed[1] completion-words -- $typed[2..-1] 2>/dev/null
end
complete -c dossier -a '(__dossier_words)'
