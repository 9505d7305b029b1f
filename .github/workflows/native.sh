#!/usr/bin/env bash
# Builds the add-on of $PLATFORM with oneDNN $ONEDNN_VERSION inside, checks what it asks of a machine, and runs the engine's tests on it.
set -euo pipefail

url="https://github.com/uxlfoundation/oneDNN/archive/refs/tags/v$ONEDNN_VERSION.tar.gz"
curl --fail --location --silent --show-error --retry 3 "$url" | tar xz
npm ci
scripts=packages/backend-onednn/scripts
export ONEDNN_ROOT="$PWD/onednn-built"
# libomp.dll is beside the compiler; on macOS Homebrew says where the static library is.
case "$PLATFORM" in
  win32-*) LIBOMP_ROOT=$(cygpath -m "$MINGW_PREFIX") && export LIBOMP_ROOT && ONEDNN_ROOT=$(cygpath -m "$ONEDNN_ROOT") ;;
  darwin-*) LIBOMP_ROOT=$(brew --prefix libomp) && export LIBOMP_ROOT ;;
esac
node "$scripts/build-onednn.mjs" --source "oneDNN-$ONEDNN_VERSION" --out "$ONEDNN_ROOT"
node "$scripts/build-native.mjs"
node "$scripts/check-addon.mjs" "$PLATFORM"
npm test -w @googlenet/backend-onednn
