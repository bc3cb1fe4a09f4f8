#!/usr/bin/env bash
printf 'a\nx\r\nb\r\n' | $P --pipe -k --recend '\r\n' -N1 'od -An -c'
