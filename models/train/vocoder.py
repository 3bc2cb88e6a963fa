"""Stage 3: the vocoder, HiFi-GAN with a neural source filter.

    python -m train.vocoder WORK [--steps 20000] [--adversarial-from 12000] [--start VOICE/weights.npz]

Resumes from WORK/vocoder.pt; logs to WORK/vocoder.jsonl. Spectral losses alone until `--adversarial-from`, then
discriminators as well. `--predicted FILE` trains half of the segments on Sambert's own mels (stage 2's `predict`).
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from . import run
from .audio import AUDIO
from .data import Features, segments
from .discriminator import Discriminators, discriminator_loss, generator_loss
from .export import load_weights
from .networks.hifigan import Generator, cycles_of, harmonic_source
from .stft_loss import StftLoss


def voicing(frames):
    """Voiced (1) or not (0) at every sample, (B, n * hop), from frames (B, mels, n)."""
    return (frames[:, AUDIO.bins + 1] > 0.6).float().repeat_interleave(AUDIO.hop, -1)


def synthesise(generator, frames, statistics, harmonics, noise_generator=None):
    """frames (B, mels, n) with normalised F0 and voicing behind the mel bins; gives (B, 1, n * hop)."""
    mean, deviation = statistics["f0"]
    f0 = (frames[:, AUDIO.bins] * deviation + mean).clamp(min=30.0)
    cycles = cycles_of(f0, AUDIO.hop, AUDIO.sample_rate)
    source = harmonic_source(cycles, voicing(frames), harmonics, generator=noise_generator)
    return generator(frames[:, : AUDIO.bins], source)


def with_predictions(rows, path):
    """Rows whose frames are Sambert's, teacher forced, beside the true samples."""
    with np.load(path) as predicted:
        return [dict(row, frames=predicted[ident]) for ident, row in rows.items() if ident in predicted]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--config", type=Path, default=run.CONFIG, help="folder of am.yaml and voc.yaml")
    parser.add_argument("--steps", type=int, default=20000)
    parser.add_argument("--adversarial-from", type=int, default=12000)
    parser.add_argument("--predicted", type=Path)
    parser.add_argument(
        "--start", type=Path, help="weights.npz of a voice to start from, where there is no checkpoint yet"
    )
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    args = parser.parse_args()
    config = run.load_config(args.config / "voc.yaml")
    settings, sizes = config["training"], config["Model"]["Generator"]["params"]
    cuts = run.seed(settings["seed"])
    features = Features(args.work)
    training = {i: features.rows[i] for i in features.training}
    pools = [list(training.values())]
    if args.predicted:
        pools.append(with_predictions(training, args.predicted))
    generator = Generator(sizes).to(args.device)
    discriminators = Discriminators().to(args.device)
    spectral = StftLoss(settings["stft"], settings["phased"]).to(args.device)
    optimizer = torch.optim.AdamW(generator.parameters(), settings["learning_rate"], betas=(0.8, 0.99))
    judge_optimizer = torch.optim.AdamW(discriminators.parameters(), 4e-4, betas=(0.8, 0.99))
    average = run.Average(Generator(sizes).to(args.device), generator, settings["average_decay"])
    checkpoint, first = args.work / "vocoder.pt", 0
    state = run.resume(checkpoint, args.device)
    if state:
        first = state["steps"]
        generator.load_state_dict(state["model"]["generator"])
        average.model.load_state_dict(state["average"]["generator"])
        discriminators.load_state_dict(state["discriminators"])
        optimizer.load_state_dict(state["optimizer"])
        judge_optimizer.load_state_dict(state["judge_optimizer"])
        cuts.manual_seed(settings["seed"] + first)
    elif args.start:
        _, weights, _ = load_weights(args.start)
        generator.load_state_dict(weights)
        average.model.load_state_dict(weights)
    log = run.Log(args.work / "vocoder.jsonl", 50)
    harmonics = sizes["nsf_params"]["nb_harmonics"] + 1

    def save(steps):
        run.save(
            checkpoint,
            steps=steps,
            model={"generator": generator.state_dict()},
            average={"generator": average.model.state_dict()},
            discriminators=discriminators.state_dict(),
            optimizer=optimizer.state_dict(),
            judge_optimizer=judge_optimizer.state_dict(),
        )

    for step in tqdm(
        range(first, args.steps),
        initial=first,
        total=args.steps,
        desc="vocoder",
        mininterval=10,
    ):
        pool = pools[step % len(pools)]
        cut = segments(pool, settings["batch_size"], settings["segment_frames"], AUDIO.hop, cuts)
        frames, wave, cycles = (x.to(args.device) for x in cut)
        for group in optimizer.param_groups:
            group["lr"] = run.cosine(
                step,
                args.steps,
                settings["learning_rate"],
                settings["final_learning_rate"],
            )
        voiced = voicing(frames)
        with torch.autocast(args.device, torch.bfloat16):
            made = generator(frames[:, : AUDIO.bins], harmonic_source(cycles, voiced, harmonics))
        stft, phase = spectral(made, wave, voiced)
        losses = {"stft": stft, "phase": phase}
        close = stft + settings["phase_weight"] * phase
        if step >= args.adversarial_from:
            true, said = wave[: settings["judged"]], made[: settings["judged"]]
            judge = discriminator_loss(discriminators(true), discriminators(said.detach()))
            judge_optimizer.zero_grad()
            judge.backward()
            judge_optimizer.step()
            with torch.no_grad():
                real = discriminators(true)
            adversarial, matching = generator_loss(real, discriminators(said))
            total = settings["stft_weight"] * close + adversarial + settings["matching_weight"] * matching
            losses.update(judge=judge, adversarial=adversarial, matching=matching)
        else:
            total = close
        optimizer.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_norm_(generator.parameters(), settings["grad_norm"])
        optimizer.step()
        average.update(generator, step)
        log.add(step + 1, losses)
        if (step + 1) % 500 == 0 or step + 1 == args.steps:
            save(step + 1)


if __name__ == "__main__":
    main()
