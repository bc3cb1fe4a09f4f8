#!/usr/bin/env bash
$P -k -q echo x{= '$_=uc' =}y '$z' ::: 'a b'
