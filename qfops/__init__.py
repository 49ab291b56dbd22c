"""qfops: a declarative reconciler for the Qianfan model platform."""

__version__ = "0.1.0"
