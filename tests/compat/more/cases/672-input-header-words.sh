#!/usr/bin/env bash
$P -k --header : echo {x}:{y} ::: x 1 2 ::: y a b
