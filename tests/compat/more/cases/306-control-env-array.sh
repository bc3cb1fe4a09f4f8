#!/usr/bin/env bash
export A=1; $P --env A 'echo $A;:' ::: x
