#!/usr/bin/env bash
case $P in /*) ;; *) P=$(command -v "$P") ;; esac
printf '#!/usr/bin/env -S %s --shebang -rk echo\nfoo\n\nbar\n' "$P" >s; chmod +x s; ./s
