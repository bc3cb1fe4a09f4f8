#!/usr/bin/env bash
$P -k -j1 echo '{= our $sum; $sum+=$_; $_=$sum =}' ::: 1 2 3
