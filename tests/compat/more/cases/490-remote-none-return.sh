#!/usr/bin/env bash
$P -S : --return {}.o --cleanup 'echo x > {}.o' ::: f; cat f.o
