
# Where the command begins, and what stands there.
_prun() {
    COMPREPLY=()
    local cur=$2 at=1 dashes= word rest
    while ((at < COMP_CWORD)); do
        word=${COMP_WORDS[at]}
        case $word in
            --)
                dashes=yes
                ((at += 1))
                break
                ;;
            --*)
                ((at += 1))
                # readline makes `=` a word of its own.
                if [[ ${COMP_WORDS[at]} == = ]]; then
                    ((at += 2))
                elif [[ ' @LONGS@ ' == *" $word "* ]]; then
                    ((at += 1))
                fi
                ;;
            -?*)
                ((at += 1))
                rest=${word#-}
                while [[ -n $rest && '@LETTERS@' != *"${rest:0:1}"* ]]; do
                    rest=${rest:1}
                done
                if [[ ${#rest} -eq 1 ]]; then
                    ((at += 1))
                fi
                ;;
            *)
                break
                ;;
        esac
    done
    if ((at > COMP_CWORD)); then
        if [[ $cur == = ]]; then
            _prun_options "$1" '' "${COMP_WORDS[COMP_CWORD - 1]}"
        elif [[ ${COMP_WORDS[COMP_CWORD - 1]} == = ]]; then
            _prun_options "$1" "$cur" "${COMP_WORDS[COMP_CWORD - 2]}"
        else
            _prun_options "$@"
        fi
    elif ((at == COMP_CWORD)); then
        if [[ -z $dashes && $cur == -* ]]; then
            _prun_options "$1" "$cur" ''
        else
            local IFS=$'\n'
            COMPREPLY=($(compgen -c -- "$cur"))
            if [[ -z $dashes && preset == "$cur"* ]]; then
                COMPREPLY+=(preset)
            fi
        fi
    elif [[ -z $dashes && ${COMP_WORDS[at]} == preset ]]; then
        if ((COMP_CWORD == at + 1)); then
            COMPREPLY=($(compgen -W '@PRESETS@ list show' -- "$cur"))
        elif [[ ${COMP_WORDS[at + 1]} == show ]]; then
            COMPREPLY=($(compgen -W '@PRESETS@' -- "$cur"))
        elif [[ $cur == -* ]]; then
            COMPREPLY=($(compgen -W '@PRESET_OPTIONS@' -- "$cur"))
        fi
    fi
}

complete -F _prun -o bashdefault -o default prun
