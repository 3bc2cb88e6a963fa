#!/bin/sh
# Compiles langdu itself with the counters that fuzzing follows, and with checks of overflow: RUSTC_WORKSPACE_WRAPPER=fuzz/rustc.sh
case "$*" in
  *"--crate-name langdu --"* | *"--crate-name langdu_nn --"* | *"--crate-name langdu_kernels --"*) ;;
  *) exec "$@" ;;
esac
exec "$@" -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=3 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
  -Cllvm-args=-sanitizer-coverage-trace-compares -Coverflow-checks=yes -Ccodegen-units=4
