"""The machine: weights, devices, memory, checkpoints and progress; it knows nothing of style."""
