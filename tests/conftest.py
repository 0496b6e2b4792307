"""Settings of every test: one thread, so that sums come out the same here and in subprocesses."""

import os

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
