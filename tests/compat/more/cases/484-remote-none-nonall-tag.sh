#!/usr/bin/env bash
$P --nonall -S : --tag echo x
