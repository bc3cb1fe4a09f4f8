#!/usr/bin/env bash
$P -k 'test {} -gt 1 && echo yes || echo no' ::: 1 2
