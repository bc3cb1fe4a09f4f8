#!/usr/bin/env bash
$P 'echo x #' ::: a
