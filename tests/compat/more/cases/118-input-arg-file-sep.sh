#!/usr/bin/env bash
printf '1\n' >f; $P -k --arg-file-sep ,,,, echo ,,,, f
