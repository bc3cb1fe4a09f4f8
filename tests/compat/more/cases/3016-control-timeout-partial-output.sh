#!/usr/bin/env bash
$P --tag --timeout 0.3 'echo begun {}; sleep 3; echo end' ::: a; echo $?
