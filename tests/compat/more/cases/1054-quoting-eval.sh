#!/usr/bin/env bash
$P -k eval ::: 'echo a  b'
