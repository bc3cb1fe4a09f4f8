#!/usr/bin/env bash
seq 4 | $P -k -N3 echo {1}-{2}-{3}
