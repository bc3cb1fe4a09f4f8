#!/usr/bin/env bash
mkdir 'd e'; printf '#!/bin/sh\necho ran $1\n' > x; chmod +x x; $P ./{} a ::: x
