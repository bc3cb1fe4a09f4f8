#!/usr/bin/env bash
printf '<a>1</a><b>2</b>' | $P --pipe -k -N1 --regexp --recstart '<[a-z]>' --recend '</[a-z]>' 'cat; echo'
