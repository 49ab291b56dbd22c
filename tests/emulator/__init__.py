"""Tests of the emulated console, in plain HTTP with a signer of their own; never with the qfops client."""
