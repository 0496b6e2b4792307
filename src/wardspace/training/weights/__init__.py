"""Weights in training: gradients, optimiser, LoRA, processes, sharding."""
