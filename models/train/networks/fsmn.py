"""Feed-forward sequential memory network (KAN-TTS `kantts.models.sambert.fsmn`)."""

import torch.nn.functional as F
from torch import nn


class FeedForward(nn.Module):
    def __init__(self, width_in, inner, width_out):
        super().__init__()
        self.w_1 = nn.Conv1d(width_in, inner, 1)
        self.w_2 = nn.Conv1d(inner, width_out, 1, bias=False)

    def forward(self, x):
        return self.w_2(F.relu(self.w_1(x.transpose(1, 2)))).transpose(1, 2)


class MemoryBlock(nn.Module):
    """Depthwise convolution over time: `20 + shift` frames to the left and `20 - shift` to the right for 41 taps."""

    def __init__(self, width, taps, shift):
        super().__init__()
        half = (taps - 1) // 2
        self.padding = (half + shift, half - shift)
        self.conv_dw = nn.Conv1d(width, width, taps, groups=width, bias=False)

    def forward(self, x, valid):
        x = x * valid
        return (self.conv_dw(F.pad(x.transpose(1, 2), self.padding)).transpose(1, 2) + x) * valid


class Fsmn(nn.Module):
    """`x` is (batch, time, width_in), `valid` (batch, time, 1); gives (batch, time, width)."""

    def __init__(self, taps, layers, width_in, width, inner, dropout, shift):
        super().__init__()
        self.ffn_lst = nn.ModuleList(FeedForward(width_in if i == 0 else width, inner, width) for i in range(layers))
        self.memory_block_lst = nn.ModuleList(MemoryBlock(width, taps, shift) for _ in range(layers))
        self.dropout = dropout

    def forward(self, x, valid):
        for feed_forward, memory in zip(self.ffn_lst, self.memory_block_lst):
            out = F.dropout(memory(feed_forward(x), valid), self.dropout, self.training)
            x = out + x if out.shape == x.shape else out
        return x
