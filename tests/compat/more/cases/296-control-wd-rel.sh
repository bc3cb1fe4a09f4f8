#!/usr/bin/env bash
mkdir d; $P --wd d 'pwd | sed s#.*/##; touch {}' ::: x; ls d
