#!/usr/bin/env bash
echo a >f; $P -S : --transferfile {} cat ::: f
