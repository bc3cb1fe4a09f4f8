#!/usr/bin/env bash
$P --keeporder --dryrun echo ::: a
