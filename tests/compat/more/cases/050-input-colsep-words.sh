#!/usr/bin/env bash
$P -k --colsep , echo {2} ::: a,b c,d
