#!/usr/bin/env bash
$P --plus echo {/a/X} {//a/X} {^a} {^^a} {,A} {,,A} ::: abAaB
