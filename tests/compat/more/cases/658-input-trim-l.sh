#!/usr/bin/env bash
$P --trim l echo '[{}]' ::: ' a '
