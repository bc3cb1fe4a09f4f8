#!/usr/bin/env bash
for p in soon,done=1 now,done=1 soon,done=2 now,done=50%; do $P -j1 --halt $p 'exit {}' ::: 7 8 0 0; echo $?; done
