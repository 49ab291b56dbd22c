"""In which order changes and their steps happen, which of them are chosen, and their digests."""
