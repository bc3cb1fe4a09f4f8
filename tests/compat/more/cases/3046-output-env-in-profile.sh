#!/usr/bin/env bash
mkdir -p ~/.parallel; echo '-vk --tag' >~/.parallel/p; printf '%s\n' '--timeout 30s' '# more' '--retries 2' >~/.parallel/q; $P -J p -J q echo ::: A B
