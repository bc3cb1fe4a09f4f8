#!/usr/bin/env bash
seq 3 | $P -k -N0 echo x{}y z{/}
