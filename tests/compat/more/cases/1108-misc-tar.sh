#!/usr/bin/env bash
mkdir a b; touch a/1 b/2; $P 'tar cf {}.tar {}' ::: a b; ls
