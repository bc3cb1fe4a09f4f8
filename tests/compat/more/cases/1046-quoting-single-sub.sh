#!/usr/bin/env bash
$P "echo 'a'{}'b'" ::: 'c d'
