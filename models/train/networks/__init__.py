"""Sambert and HiFi-GAN in PyTorch, with KAN-TTS's parameter names, so that its checkpoints load."""
