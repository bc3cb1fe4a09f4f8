#!/usr/bin/env bash
echo 'a b' >f; $P "awk '{print \$2}'" ::: f
