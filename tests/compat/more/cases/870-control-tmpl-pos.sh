#!/usr/bin/env bash
printf '{1}={2}\n' >t; $P -k --tmpl t={1}.o cat {1}.o '#' ::: a ::: b; ls
