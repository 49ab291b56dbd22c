"""Results as text and JSON, for people and programs. Pure: no disk, no clock, no environment, no printing."""
