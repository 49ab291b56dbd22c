"""One module a command (or group of commands), loaded when it is called; helpers start with an underscore."""
