#!/usr/bin/env bash
printf 'From a\nx\n\nFrom b\ny\n\n' | $P --pipe -k --recend '\n\n' --recstart 'From ' -N1 'head -1'
