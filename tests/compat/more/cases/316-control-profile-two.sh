#!/usr/bin/env bash
mkdir ~/.parallel; echo '-k' > ~/.parallel/p1; echo '--tag' > ~/.parallel/p2; $P -J p1 -J p2 echo ::: a b
