#!/usr/bin/env bash
$P 'kill -TERM $$;:' ::: 1 2
