"""Stage 2: the acoustic model.

    python -m train.sambert WORK [--steps 6000] [--start VOICE/weights.npz] [--learning-rate 3e-4]

Resumes from WORK/sambert.pt; logs to WORK/sambert.jsonl, with the losses on held-out sentences every 500 steps.
"""

import argparse
from pathlib import Path

import torch
from tqdm import tqdm

from . import run, symbols
from .audio import AUDIO
from .data import Features, Sentences, acoustic_batch, at_other_pitch, loaded, on_device
from .export import load_weights, speakers_of
from .networks.sambert import Sambert
from .start import SPECIALS, grown


def table_rows(speakers):
    """Rows of the embedding tables by category, for so many speakers; theirs has three specials behind them."""
    return {name: len(table) for name, table in symbols.TABLES.items()} | {"speaker": speakers + SPECIALS}


def sambert_of(config, weights, device="cpu"):
    """The network of am.yaml with its weights, for speaking."""
    rows = table_rows(len(weights["spk_tokenizer.weight"]) - SPECIALS)
    network = Sambert(config["Model"]["KanTtsSAMBERT"]["params"], rows).to(device).eval()
    network.load_state_dict(weights)
    return network


def masked(error, valid):
    places = valid.sum().clamp(min=1)
    return (error * valid).sum() / (places * (error.shape[-1] if error.dim() == 3 else 1))


def losses_of(batch, out):
    """Mean absolute errors by target; KAN-TTS's `MelReconLoss` and `ProsodyReconLoss`."""
    frames, valid, symbol = (
        batch["frames"],
        batch["frame_valid"],
        batch["valid"][:, :, 0],
    )
    error = (out["frames"] - frames).abs() + (out["mel"] - frames).abs()
    bins = AUDIO.bins
    log_durations = torch.log1p(batch["durations"].float())
    return {
        "mel": masked(error[:, :, :bins], batch["mel_valid"]),
        "f0": masked(error[:, :, bins : bins + 1] * frames[:, :, bins + 1 : bins + 2], valid),
        "voicing": masked(error[:, :, bins + 1 : bins + 2], valid),
        "durations": masked((out["durations"] - log_durations).abs(), symbol),
        "pitch": masked((out["pitch"] - batch["own_pitch"]).abs(), symbol),
        "energy": masked((out["energy"] - batch["energy"]).abs(), symbol),
    }


@torch.no_grad()
def validate(model, rows, group, device):
    sums = {}
    for i in range(0, len(rows), 16):
        batch = on_device(acoustic_batch(rows[i : i + 16], group), device)
        for name, value in losses_of(batch, model(batch)).items():
            sums[name] = sums.get(name, 0.0) + value
    return {f"held_out_{name}": value / -(-len(rows) // 16) for name, value in sums.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--config", type=Path, default=run.CONFIG, help="folder of am.yaml and voc.yaml")
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument(
        "--start", type=Path, help="weights.npz of a voice to start from, where there is no checkpoint yet"
    )
    parser.add_argument("--learning-rate", type=float, help="instead of am.yaml's")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    args = parser.parse_args()
    config = run.load_config(args.config / "am.yaml")
    settings, sizes = config["training"], config["Model"]["KanTtsSAMBERT"]["params"]
    if args.learning_rate:
        settings["learning_rate"] = args.learning_rate
    run.seed(settings["seed"])
    features = Features(args.work)
    rows = [features.rows[i] for i in features.training]
    held_out = [features.rows[i] for i in features.held_out]
    rows_of_tables = table_rows(len(speakers_of(features.statistics)))
    model, twin = (Sambert(sizes, rows_of_tables).to(args.device) for _ in range(2))
    optimizer = torch.optim.AdamW(
        [p for p in model.parameters() if p.requires_grad],
        settings["learning_rate"],
        betas=(0.9, 0.98),
        weight_decay=0.01,
        fused=args.device == "cuda",
    )
    average = run.Average(twin, model, settings["average_decay"])
    checkpoint, first = args.work / "sambert.pt", 0
    state = run.resume(checkpoint, args.device)
    if state:
        first = state["steps"]
        model.load_state_dict(state["model"])
        average.model.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
    elif args.start:
        weights, _, statistics = load_weights(args.start)
        weights = grown(weights, statistics, features.statistics)
        model.load_state_dict(weights)
        average.model.load_state_dict(weights)
    log, validation = (
        run.Log(args.work / "sambert.jsonl", 50),
        run.Log(args.work / "sambert_held_out.jsonl", 1),
    )
    outputs, passes = sizes["outputs_per_step"], settings["passes"]
    sentences = Sentences(rows, settings["batch_size"], outputs, passes, settings["seed"] + first)
    batches = loaded(sentences, args.device)
    for step in tqdm(
        range(first, args.steps),
        initial=first,
        total=args.steps,
        desc="sambert",
        mininterval=10,
    ):
        batch = on_device(next(batches), args.device)
        batch = at_other_pitch(batch, **settings["other_pitch"], f0=features.statistics["f0"])
        for group in optimizer.param_groups:
            rate = run.cosine(
                step,
                args.steps,
                settings["learning_rate"],
                settings["learning_rate"] / 50,
            )
            group["lr"] = rate * min(1.0, (step + 1) / settings["warmup_steps"])
        model.train()
        losses = losses_of(batch, model(batch))
        optimizer.zero_grad()
        sum(settings["weights"][name] * loss for name, loss in losses.items()).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), settings["grad_norm"])
        optimizer.step()
        average.update(model, step)
        log.add(step + 1, losses)
        if (step + 1) % 500 == 0 or step + 1 == args.steps:
            validation.add(step + 1, validate(average.model, held_out, outputs, args.device))
            run.save(
                checkpoint,
                steps=step + 1,
                model=model.state_dict(),
                average=average.model.state_dict(),
                optimizer=optimizer.state_dict(),
            )


if __name__ == "__main__":
    main()
