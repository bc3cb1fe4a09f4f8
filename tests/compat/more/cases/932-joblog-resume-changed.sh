#!/usr/bin/env bash
$P -j1 --joblog l echo ::: 1 2 >/dev/null; $P -j1 --resume --joblog l echo x ::: 1 2 3
