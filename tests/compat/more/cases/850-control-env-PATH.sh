#!/usr/bin/env bash
PATH=$PWD:$PATH; printf '#!/bin/sh\necho mine\n' >mycmd; chmod +x mycmd; $P mycmd ::: a
