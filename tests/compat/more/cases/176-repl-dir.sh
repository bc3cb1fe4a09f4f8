#!/usr/bin/env bash
$P -k echo {//} ::: a/b/c / // /a a/b// ./a ..
