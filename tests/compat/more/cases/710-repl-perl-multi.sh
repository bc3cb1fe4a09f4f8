#!/usr/bin/env bash
$P -k echo '{= s/a/1/;s/b/2/ =}' ::: ab
