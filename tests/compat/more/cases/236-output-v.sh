#!/usr/bin/env bash
$P -k -v echo ::: 'a b'
