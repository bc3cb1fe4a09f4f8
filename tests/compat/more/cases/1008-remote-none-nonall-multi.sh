#!/usr/bin/env bash
$P --nonall 'echo a; echo b'
