#!/usr/bin/env bash
seq 2 > f; $P -k --arg-sep A --arg-file-sep F echo {2}{1} A a b F f A+ 
