#!/usr/bin/env bash
$P --DRY-RUN echo ::: a
