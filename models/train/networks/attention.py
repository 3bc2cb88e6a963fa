"""Self-attention and PNCA attention blocks (KAN-TTS `kantts.models.sambert.attention`)."""

import torch
import torch.nn.functional as F
from torch import nn

EPSILON = 1e-6


def heads_of(x, heads):
    batch, time, width = x.shape
    return x.view(batch, time, heads, width // heads).transpose(1, 2)


def joined(x):
    batch, heads, time, width = x.shape
    return x.transpose(1, 2).reshape(batch, time, heads * width)


class FeedForwardBlock(nn.Module):
    """Pre-norm convolution, ReLU, 1x1 convolution and residual."""

    def __init__(self, width, inner, kernel, dropout):
        super().__init__()
        self.layer_norm = nn.LayerNorm(width, eps=EPSILON)
        self.w_1 = nn.Conv1d(width, inner, kernel, padding=(kernel - 1) // 2)
        self.w_2 = nn.Conv1d(inner, width, 1)
        self.dropout = dropout

    def forward(self, x, valid):
        y = F.relu(self.w_1((self.layer_norm(x) * valid).transpose(1, 2)))
        y = self.w_2(F.dropout(y, self.dropout, self.training)).transpose(1, 2)
        return (x + F.dropout(y, self.dropout, self.training)) * valid


class SelfAttention(nn.Module):
    """Pre-norm multi-head attention; the residual is added only where the widths match."""

    def __init__(self, width_in, width, heads, dropout):
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.layer_norm = nn.LayerNorm(width_in, eps=EPSILON)
        self.w_qkv = nn.Linear(width_in, 3 * width)
        self.fc = nn.Linear(width, width)

    def forward(self, x, valid):
        q, k, v = (heads_of(part, self.heads) for part in self.w_qkv(self.layer_norm(x)).chunk(3, -1))
        allowed = valid.transpose(1, 2)[:, None] > 0
        y = self.fc(joined(F.scaled_dot_product_attention(q, k, v, attn_mask=allowed)))
        y = F.dropout(y, self.dropout, self.training)
        return ((x + y) if x.shape == y.shape else y) * valid


class FftBlock(nn.Module):
    def __init__(self, width_in, width, heads, inner, dropout):
        super().__init__()
        self.slf_attn = SelfAttention(width_in, width, heads, dropout)
        self.pos_ffn = FeedForwardBlock(width, inner, 3, dropout)

    def forward(self, x, valid):
        return self.pos_ffn(self.slf_attn(x, valid), valid)


class PncaAttention(nn.Module):
    """Attention to the decoder's own past (x) and to the memory ahead (h), each within a band."""

    def __init__(self, width, memory_width, heads, dropout):
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.layer_norm = nn.LayerNorm(width, eps=EPSILON)
        self.w_x_qkv = nn.Linear(width, 3 * width)
        self.fc_x = nn.Linear(width, width)
        self.w_h_kv = nn.Linear(memory_width, 2 * width)
        self.fc_h = nn.Linear(width, width)

    def forward(self, x, memory, past, ahead):
        q, k, v = (heads_of(part, self.heads) for part in self.w_x_qkv(self.layer_norm(x)).chunk(3, -1))
        memory_k, memory_v = (heads_of(part, self.heads) for part in self.w_h_kv(memory).chunk(2, -1))
        from_past = joined(F.scaled_dot_product_attention(q, k, v, attn_mask=past))
        from_memory = joined(F.scaled_dot_product_attention(q, memory_k, memory_v, attn_mask=ahead))
        return x + F.dropout(self.fc_x(from_past) + self.fc_h(from_memory), self.dropout, self.training)


class PncaBlock(nn.Module):
    def __init__(self, width, memory_width, heads, inner, dropout):
        super().__init__()
        self.pnca_attn = PncaAttention(width, memory_width, heads, dropout)
        self.pos_ffn = FeedForwardBlock(width, inner, 1, dropout)

    def forward(self, x, memory, past, ahead, valid):
        return self.pos_ffn(self.pnca_attn(x, memory, past, ahead), valid)


def bands(steps, width):
    """Boolean masks (batch, 1, steps, steps) of the last `width` steps and the next `width`; `width` is (batch,)."""
    index = torch.arange(steps, device=width.device)
    distance = index[:, None] - index[None, :]
    limit = width[:, None, None]
    return ((distance >= 0) & (distance <= limit))[:, None], ((distance <= 0) & (-distance <= limit))[:, None]
