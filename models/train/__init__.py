"""The recipe that trains a voice: features, Sambert, vocoder, export, judge. See README.md."""
