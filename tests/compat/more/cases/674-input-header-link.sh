#!/usr/bin/env bash
$P -k --header : --link echo {x}:{y} ::: x 1 2 ::: y a b
