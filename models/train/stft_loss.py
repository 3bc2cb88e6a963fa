"""Multi-resolution STFT loss (Yamamoto et al. 2020, Parallel WaveGAN) and a mel loss in the voice's own mel."""

import librosa
import torch
from torch import nn

from .audio import AUDIO


class StftLoss(nn.Module):
    """`resolutions`: pairs of window length and hop."""

    def __init__(self, resolutions):
        super().__init__()
        self.resolutions = [tuple(r) for r in resolutions]
        for size, _ in self.resolutions:
            self.register_buffer(f"window_{size}", torch.hann_window(size))
        bank = librosa.filters.mel(
            sr=AUDIO.sample_rate,
            n_fft=1024,
            n_mels=AUDIO.bins,
            fmin=AUDIO.low,
            fmax=AUDIO.high,
        )
        self.register_buffer("bank", torch.from_numpy(bank))

    def magnitudes(self, wave, size, hop):
        window = getattr(self, f"window_{size}")
        spectrum = torch.stft(wave[:, 0], size, hop, window=window, return_complex=True)
        return torch.sqrt(spectrum.real**2 + spectrum.imag**2 + 1e-9)

    def forward(self, made, wanted):
        total = 0.0
        for size, hop in self.resolutions:
            a, b = self.magnitudes(made, size, hop), self.magnitudes(wanted, size, hop)
            convergence = torch.linalg.norm(b - a) / torch.linalg.norm(b)
            total = total + convergence + (torch.log(a + 1e-4) - torch.log(b + 1e-4)).abs().mean()
            if size == 1024:
                mel = [torch.log(1e-4 + self.bank @ m) for m in (a, b)]
                total = total + (mel[0] - mel[1]).abs().mean()
        return total / len(self.resolutions)
