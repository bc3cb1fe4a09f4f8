#!/usr/bin/env bash
echo x >f; $P -S : --trc {}.out 'cat {} > {}.out' ::: f; ls
