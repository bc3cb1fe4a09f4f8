#!/usr/bin/env bash
printf 'x={1} y={2} {#}\n' >t; $P -k --tmpl t=o{#} 'cat o{#};:' ::: a ::: b c; ls
