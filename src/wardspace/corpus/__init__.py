"""Notes read, cleaned, deduplicated and split by patient: a folder of Parquet. Knows nothing of models."""

from wardspace.corpus.corpus import Corpus
from wardspace.corpus.manifest import Manifest
from wardspace.corpus.prepare import prepare
from wardspace.corpus.readers import READERS
from wardspace.corpus.statistics import TokenCounter

__all__ = ["READERS", "Corpus", "Manifest", "TokenCounter", "prepare"]
