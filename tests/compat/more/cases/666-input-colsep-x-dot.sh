#!/usr/bin/env bash
printf 'a.b\n' | $P --colsep '\.' echo {2}
