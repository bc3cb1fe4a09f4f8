#!/usr/bin/env bash
$P -k basename {} .c ::: a/x.c b/y.c
