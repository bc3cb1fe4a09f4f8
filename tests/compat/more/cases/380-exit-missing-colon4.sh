#!/usr/bin/env bash
$P echo :::: /no/such
