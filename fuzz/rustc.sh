#!/bin/sh
# Compiles the project's own crates with the counters that libFuzzer follows, and with all checks: RUSTC_WORKSPACE_WRAPPER=fuzz/rustc.sh
case "$*" in
  *"--crate-name build_script"*) exec "$@" ;;
esac
exec "$@" -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
  -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares \
  -Cdebug-assertions=yes -Coverflow-checks=yes -Ccodegen-units=4
