"""From a source to a prepared corpus, in a stream."""
