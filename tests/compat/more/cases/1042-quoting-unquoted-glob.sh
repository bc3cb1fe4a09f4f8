#!/usr/bin/env bash
touch x1 x2; $P 'echo x* {}' ::: a
