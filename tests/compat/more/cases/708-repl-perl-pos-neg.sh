#!/usr/bin/env bash
$P echo '{=-1 s/b/X/ =}' ::: a ::: b
