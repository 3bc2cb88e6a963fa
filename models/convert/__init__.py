"""KAN-TTS checkpoints (Sambert and HiFi-GAN) to langdu voice packs of six ONNX graphs."""
