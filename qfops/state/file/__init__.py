"""The store that keeps state in files: folder, journal, lease, heartbeat, history, and their session."""
