#!/usr/bin/env bash
for i in a b; do echo $i > $i; done; $P gzip ::: a b; ls
