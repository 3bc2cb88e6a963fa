"""Command line: a ModelScope model folder, or a bare pair of checkpoints, to a voice pack."""

import argparse
import sys
from pathlib import Path

from .errors import ConvertError
from .model_folder import Parts, find_parts, load_voice
from .pack import build_pack, save_pack


def parse(arguments):
    parser = argparse.ArgumentParser(prog="python -m convert", description=__doc__)
    parser.add_argument("model_dir", nargs="?", help="model folder as downloaded from ModelScope")
    parser.add_argument("--voice", required=True, help="name of the voice, as in voices/voices.json")
    parser.add_argument("--out", help="folder to write the voice pack to")
    parser.add_argument("--am", type=Path, help="acoustic model checkpoint (.pth), instead of a model folder")
    parser.add_argument("--am-config", type=Path, help="its config.yaml [beside the checkpoint's folder]")
    parser.add_argument("--voc", type=Path, help="vocoder checkpoint (.pth)")
    parser.add_argument("--voc-config", type=Path, help="its config.yaml [beside the checkpoint's folder]")
    parser.add_argument("--resource", type=Path, help="resource.zip with PinYin/PhoneSet.xml and tonelist.txt")
    parser.add_argument("--license", default="unknown: see the model's own page", help="licence note for voice.json")
    parser.add_argument(
        "--pitch", nargs=2, type=float, metavar=("MEAN", "STD"), help="F0 statistics of the voice in Hz"
    )
    parser.add_argument("--f32", action="store_true", help="keep all weights in f32")
    parser.add_argument("--dry-run", action="store_true", help="convert in memory, print what was found, write nothing")
    options = parser.parse_args(arguments)
    if (options.model_dir is None) == (options.am is None):
        parser.error("give a model folder, or --am and --voc")
    if options.am and not (options.voc and options.resource):
        parser.error("--am needs --voc and --resource")
    if not options.out and not options.dry_run:
        parser.error("--out is missing")
    return options


def parts_of(options):
    if options.model_dir:
        parts = find_parts(options.model_dir, options.voice)
        parts.resource = options.resource or parts.resource
        return parts
    return Parts(
        name=options.voice,
        am=options.am,
        am_config=options.am_config or options.am.parent.parent / "config.yaml",
        voc=options.voc,
        voc_config=options.voc_config or options.voc.parent.parent / "config.yaml",
        resource=options.resource,
    )


def describe(voice, parts):
    """Lines that tell what was found in the checkpoints."""
    vocoder, tables = voice["vocoder"], voice["symbols"]
    padding = "causal" if vocoder["causal"] else f"not causal, halo {vocoder['halo']} frames"
    source = f"NSF with {vocoder['source']['harmonics']} harmonics" if "source" in vocoder else "no harmonic source"
    yield f"voice          {voice['name']}, {voice['sample_rate']} Hz, hop {voice['hop']}"
    yield f"acoustic model {parts.am}"
    yield f"vocoder        {parts.voc}: {padding}, {source}"
    yield "symbols        " + ", ".join(f"{name} {len(table)}" for name, table in tables.items())
    yield f"mel            {voice['mel']['bins']} bins, {voice['mel']['channels']} columns"
    yield f"decoder        {voice['decoder']['layers']} layers, window {voice['decoder']['window']}"
    yield f"postnet        {voice['postnet']['layers']} layers, look-ahead {voice['postnet']['look_ahead']} frames"
    yield f"speakers       {', '.join(voice['speakers'])} (speaks as {voice['speakers'][0]})"
    yield f"emotions       {', '.join(voice['emotions']['supported'])}"
    sizes = [f"{name} {file['bytes']}" for name, file in voice["files"].items()]
    yield f"bytes          {', '.join(sizes)}; {sum(f['bytes'] for f in voice['files'].values())} in all"


def main(arguments=None):
    options = parse(arguments)
    try:
        parts = parts_of(options)
        loaded = load_voice(parts, options.license, options.pitch)
        voice, files = build_pack(*loaded, int8=not options.f32)
        print("\n".join(describe(voice, parts)))
        if not options.dry_run:
            save_pack(options.out, voice, files)
            (Path(options.out) / "LICENSE").write_text(f"{options.license}\n", encoding="utf-8")
            print(f"written to     {options.out}")
    except ConvertError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
