#!/usr/bin/env bash
seq 5 | $P -k 'echo {} | tr 1-5 a-e' | $P -k echo x{}
