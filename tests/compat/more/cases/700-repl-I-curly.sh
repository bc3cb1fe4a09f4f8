#!/usr/bin/env bash
$P -I {} echo x{}x ::: a
