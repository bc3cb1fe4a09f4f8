# Whether COUNT words, or `any` number, stand from the command on, the first ones these.
function __prun_words
    set -l words (commandline -opc)
    set -e words[1]
    while string match -q -- '-*' "$words[1]"
        if test "$words[1]" = --
            return 1
        else if contains -- "$words[1]" @WITH_VALUE@
            or string match -qr -- '^-[^@LETTERS@-]*[@LETTERS@]$' "$words[1]"
            set -e words[1]
        end
        set -e words[1]
    end
    if test "$argv[1]" != any -a "$argv[1]" != (count $words)
        return 1
    end
    set -e argv[1]
    while set -q argv[1]
        if test "$argv[1]" != "$words[1]"
            return 1
        end
        set -e argv[1] words[1]
    end
end
complete -c prun -n '__prun_words 0' -a preset -d 'Run a preset, or list them'
complete -c prun -n '__prun_words 1 preset' -a '@PRESETS@ list show'
complete -c prun -n '__prun_words 2 preset show' -f -a '@PRESETS@'
complete -c prun -n 'not __prun_words any preset' -a '(__fish_complete_subcommand @WITH_VALUE@)'
