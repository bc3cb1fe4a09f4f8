#!/usr/bin/env bash
$P -k 'case {} in a) echo A;; *) echo other;; esac' ::: a b
