#!/usr/bin/env bash
$P -j1 --joblog l 'kill -15 $$;:' ::: 1; cut -f7,8 l
