
# The words from the command on; $words begins with it.
_prun_words() {
    if (( CURRENT == 1 )); then
        _alternative 'presets:preset:(preset)' 'commands:command:_command_names -e'
    elif [[ $words[1] != preset ]]; then
        _normal
    elif (( CURRENT == 2 )); then
        _alternative 'presets:preset:(@PRESETS@ list show)' 'files:file:_files -g "*.toml"'
    elif [[ $words[2] == show ]]; then
        _alternative 'presets:preset:(@PRESETS@)' 'files:file:_files -g "*.toml"'
    elif [[ $PREFIX == -* ]]; then
        compadd -- @PRESET_OPTIONS@
    else
        _files
    fi
}
