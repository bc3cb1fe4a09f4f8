#!/usr/bin/env bash
echo x >bf; $P -S : --bf bf 'cat bf; echo {}' ::: a
