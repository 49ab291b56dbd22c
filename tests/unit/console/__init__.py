"""Tests of the console client: pure parts by tables, the client over scripted transports and on loopback."""
