#!/usr/bin/env bash
echo abc >f; $P "sed s/b/{}/ f" ::: X
