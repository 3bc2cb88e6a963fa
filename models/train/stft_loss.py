"""Losses of spectra at several resolutions: magnitudes (Yamamoto et al. 2020, Parallel WaveGAN), mel and phase."""

import librosa
import torch
import torch.nn.functional as F
from torch import nn

from .audio import AUDIO

# Compressed spectra keep their phase and this power of their magnitude.
POWER = 0.3
# Hz; harmonics above are too close to noise for their phase to be learnt
PHASE_BELOW = 5000
# Mel bands by window length
BANDS = {256: 20, 512: 40, 1024: 80, 2048: 120}


class StftLoss(nn.Module):
    """`resolutions`: pairs of window length and hop; `phased`, `mels`: the windows whose phase and mel count."""

    def __init__(self, resolutions, phased, mels):
        super().__init__()
        self.resolutions, self.phased, self.mels = [tuple(r) for r in resolutions], phased, mels
        for size, _ in self.resolutions:
            self.register_buffer(f"window_{size}", torch.hann_window(size))
        for size in mels:
            bank = librosa.filters.mel(
                sr=AUDIO.sample_rate, n_fft=size, n_mels=BANDS[size], fmin=AUDIO.low, fmax=AUDIO.high
            )
            self.register_buffer(f"bank_{size}", torch.from_numpy(bank))

    def spectrum(self, wave, size, hop):
        window = getattr(self, f"window_{size}")
        return torch.stft(wave[:, 0], size, hop, window=window, return_complex=True)

    def forward(self, made, wanted, voiced):
        """Means over the resolutions of the losses of magnitudes (`stft`), of mel, and of complex spectra (`phase`)
        where `voiced` (B, samples).

        made and wanted (B, 1, samples). The last loss needs a source in phase with the wanted samples.
        """
        magnitudes, mels, phases = 0.0, 0.0, 0.0
        for size, hop in self.resolutions:
            spectra = [self.spectrum(wave, size, hop) for wave in (made, wanted)]
            a, b = (torch.sqrt(s.real**2 + s.imag**2 + 1e-9) for s in spectra)
            convergence = torch.linalg.norm(b - a) / torch.linalg.norm(b)
            magnitudes = magnitudes + convergence + (torch.log(a + 1e-4) - torch.log(b + 1e-4)).abs().mean()
            if size in self.mels:
                first, second = (torch.log(1e-4 + getattr(self, f"bank_{size}") @ m) for m in (a, b))
                mels = mels + (first - second).abs().mean()
            if size in self.phased:
                phases = phases + phase_loss(spectra, (a, b), voiced[:, ::hop], size)
        return {
            "stft": magnitudes / len(self.resolutions),
            "mel": mels / len(self.mels),
            "phase": phases / len(self.phased),
        }


def phase_loss(spectra, magnitudes, voiced, size):
    """Distance of two complex spectra (B, bins, frames), compressed, below `PHASE_BELOW` and in voiced frames."""
    bins = PHASE_BELOW * size // AUDIO.sample_rate
    frames = magnitudes[0].shape[-1]
    weight = F.pad(voiced[:, None, :frames], (0, max(0, frames - voiced.shape[-1])), mode="replicate")
    parts = [s[:, :bins] * (m[:, :bins] + 1e-3) ** (POWER - 1) for s, m in zip(spectra, magnitudes, strict=True)]
    distance = torch.view_as_real(parts[0] - parts[1]).square().sum(-1).add(1e-6).sqrt()
    scale = (magnitudes[1][:, :bins] ** POWER * weight).sum()
    return (distance * weight).sum() / (scale + 1e-3)
