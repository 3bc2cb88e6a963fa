"""Stage 3: the vocoder, HiFi-GAN with a neural source filter.

    python -m train.vocoder WORK [--steps 20000] [--adversarial-from 12000] [--start VOICE/weights.npz]

Resumes from WORK/vocoder.pt; logs to WORK/vocoder.jsonl. Spectral losses alone until `--adversarial-from`, then
discriminators as well, which learn alone for some steps first. Each speaker has as many of the segments;
`--predicted FILE` trains half of them on Sambert's own mels (stage 2's `predict`).
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from . import run
from .audio import AUDIO
from .data import Cuts, Features, by_speaker, loaded
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


class Trainer:
    """Generator, discriminators and their optimizers; a step gives its losses by name."""

    def __init__(self, config, device):
        model, self.settings = config["Model"], config["training"]
        sizes = model["Generator"]["params"]
        self.device, self.harmonics = device, sizes["nsf_params"]["nb_harmonics"] + 1
        self.generator = Generator(sizes).to(device)
        self.discriminators = Discriminators(model["Discriminators"]["params"]).to(device)
        self.average = run.Average(Generator(sizes).to(device), self.generator, self.settings["average_decay"])
        self.spectral = StftLoss(*(self.settings[key] for key in ("stft", "phased", "mels"))).to(device)
        self.optimizer = self.optimizer_of(self.generator, "learning_rate")
        self.judge_optimizer = self.optimizer_of(self.discriminators, "discriminator_learning_rate")

    def optimizer_of(self, network, rate):
        on_cuda = self.device == "cuda"
        rate = torch.tensor(self.settings[rate], device=self.device)
        return torch.optim.AdamW(network.parameters(), rate, betas=(0.8, 0.99), fused=on_cuda, capturable=on_cuda)

    def set_rates(self, step, steps):
        share = self.settings["final_learning_rate"] / self.settings["learning_rate"]
        for optimizer, key in (
            (self.optimizer, "learning_rate"),
            (self.judge_optimizer, "discriminator_learning_rate"),
        ):
            rate = self.settings[key]
            optimizer.param_groups[0]["lr"].fill_(run.cosine(step, steps, rate, rate * share))

    def spoken(self, frames, cycles):
        voiced = voicing(frames)
        with torch.autocast(self.device, torch.bfloat16):
            return self.generator(frames[:, : AUDIO.bins], harmonic_source(cycles, voiced, self.harmonics)), voiced

    def learn(self, losses, weights):
        self.optimizer.zero_grad()
        sum(weight * losses[name] for name, weight in weights.items()).backward()
        torch.nn.utils.clip_grad_norm_(self.generator.parameters(), self.settings["grad_norm"])
        self.optimizer.step()

    def spectral_step(self, frames, wave, cycles):
        made, voiced = self.spoken(frames, cycles)
        losses = self.spectral(made, wave, voiced)
        self.learn(losses, self.settings["weights"])
        return {name: loss.detach() for name, loss in losses.items()}

    def judges(self):
        """The discriminators of a step. On a CPU, where all would take three quarters of its time, a few."""
        return self.discriminators.drawn() if self.device == "cpu" else self.discriminators.all()

    def judge(self, wave, made, judges):
        """Teaches the discriminators; gives what they found of the true samples, and their loss."""
        self.discriminators.requires_grad_(True)
        real = self.discriminators(wave, judges)
        loss = discriminator_loss(real, self.discriminators(made.detach(), judges))
        self.judge_optimizer.zero_grad()
        loss.backward()
        self.judge_optimizer.step()
        self.discriminators.requires_grad_(False)
        return real, loss.detach()

    def judging_step(self, frames, wave, cycles):
        with torch.no_grad():
            made, _ = self.spoken(frames, cycles)
        return {"judge": self.judge(wave, made, self.judges())[1]}

    def adversarial_step(self, frames, wave, cycles):
        made, voiced = self.spoken(frames, cycles)
        judges = self.judges()
        real, judge = self.judge(wave, made, judges)
        adversarial, matching = generator_loss(real, self.discriminators(made, judges))
        losses = self.spectral(made, wave, voiced) | {"adversarial": adversarial, "matching": matching}
        self.learn(losses, self.settings["adversarial_weights"])
        return {name: loss.detach() for name, loss in (losses | {"judge": judge}).items()}

    def step_of(self, since):
        """What is done so many steps after the discriminators came in."""
        if since < 0:
            return self.spectral_step
        return self.judging_step if since < self.settings["discriminators_alone"] else self.adversarial_step

    def state(self):
        return {
            "model": {"generator": self.generator.state_dict()},
            "average": {"generator": self.average.model.state_dict()},
            "discriminators": self.discriminators.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "judge_optimizer": self.judge_optimizer.state_dict(),
        }

    def load_state(self, state):
        self.load_generator(state["model"]["generator"], state["average"]["generator"])
        self.discriminators.load_state_dict(state["discriminators"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.judge_optimizer.load_state_dict(state["judge_optimizer"])

    def load_generator(self, weights, average):
        self.generator.load_state_dict(weights)
        self.average.model.load_state_dict(average)


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
    settings = config["training"]
    run.seed(settings["seed"])
    features = Features(args.work)
    training = {i: features.rows[i] for i in features.training}
    pools = by_speaker(training.values())
    if args.predicted:
        pools += by_speaker(with_predictions(training, args.predicted))
    trainer = Trainer(config, args.device)
    checkpoint, first = args.work / "vocoder.pt", 0
    state = run.resume(checkpoint, args.device)
    if state:
        first = state["steps"]
        trainer.load_state(state)
    elif args.start:
        _, weights, _ = load_weights(args.start)
        trainer.load_generator(weights, weights)
    log = run.Log(args.work / "vocoder.jsonl", 50)
    cuts = Cuts(pools, settings["batch_size"], settings["segment_frames"], AUDIO.hop, settings["seed"] + first)
    batches, taken, advance = loaded(cuts, args.device), None, None
    for step in tqdm(range(first, args.steps), initial=first, total=args.steps, desc="vocoder", mininterval=10):
        batch = [x.to(args.device, non_blocking=True) for x in next(batches)]
        trainer.set_rates(step, args.steps)
        wanted = trainer.step_of(step - args.adversarial_from)
        if wanted != taken:
            taken, advance = wanted, run.captured(wanted, batch)
        losses = advance(*batch)
        trainer.average.update(trainer.generator, step)
        log.add(step + 1, losses)
        if (step + 1) % 500 == 0 or step + 1 == args.steps:
            run.save(checkpoint, steps=step + 1, **trainer.state())


if __name__ == "__main__":
    main()
