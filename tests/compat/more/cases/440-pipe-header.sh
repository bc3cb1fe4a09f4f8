#!/usr/bin/env bash
(echo h; seq 6) | $P --pipe -k --header : -N3 'cat; echo -'
