#!/usr/bin/env bash
$P echo {foo} {1a} '{ }' {} ::: a
