#!/usr/bin/env bash
$P -k 'sh -c "echo {}"' ::: a b
