"""Notes read, cleaned, deduplicated and split by patient: a folder of Parquet. Knows nothing of models."""

from wardspace.corpus.corpus import Corpus, Manifest
from wardspace.corpus.prepare.prepare import prepare
from wardspace.corpus.prepare.statistics import TokenCounter
from wardspace.corpus.readers import READERS

__all__ = ["READERS", "Corpus", "Manifest", "TokenCounter", "prepare"]
