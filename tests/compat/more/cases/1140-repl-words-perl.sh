#!/usr/bin/env bash
seq 3 | $P -k echo job {#} of {= '$_=total_jobs()' =}
