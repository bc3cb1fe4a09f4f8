#!/usr/bin/env bash
$P -k -I @@ echo @@-@@ {1} ::: a b
