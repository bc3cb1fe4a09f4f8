#!/usr/bin/env bash
n=$(nice); $P --nice 5 'echo $(( $(nice) - '$n' ));:' ::: 1
