#!/usr/bin/env bash
echo x >f; $P -S : --transferfile {} --cleanup cat ::: f; ls
