#!/usr/bin/env bash
seq 2 > f; $P -k --link echo {1}{2}{3} ::: a b c :::: f ::: X
