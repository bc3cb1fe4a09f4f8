#!/usr/bin/env bash
(echo h; seq 4) | $P --header : --pipe --tee -k 'tr "\n" ,; echo {}' ::: a b
