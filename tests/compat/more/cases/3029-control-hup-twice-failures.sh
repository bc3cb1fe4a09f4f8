#!/usr/bin/env bash
mkfifo go; $P -j1 'echo {} >>seen; read x <go; exit {}' ::: 3 4 5 & p=$!
until [ -s seen ]; do sleep 0.05; done; kill -HUP $p; sleep 0.1; echo >go; wait $p; echo $?; cat seen
