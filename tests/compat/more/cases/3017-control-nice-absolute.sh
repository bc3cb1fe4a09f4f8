#!/usr/bin/env bash
nice -n 3 $P --nice 5 nice '#' ::: a; $P --nice 19 nice '#' ::: a; $P --nice 40 nice '#' ::: a
