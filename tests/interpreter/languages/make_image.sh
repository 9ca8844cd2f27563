#!/usr/bin/env bash
# Builds the image in which the tests of this folder run: the base with every language's packages.
set -euo pipefail
cd "$(dirname "$0")"
docker build -q -t aiev-lang-test - <<'DOCKERFILE'
FROM aiev-base:bookworm
RUN apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
    nodejs node-typescript default-jdk-headless g++ rustc golang-go
DOCKERFILE
