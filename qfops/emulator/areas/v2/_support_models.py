"""Which models can be trained how: a small, realistic part of DescribeFineTuningSupportModels.

Pure data and its checks. A base family groups the models whose results may share one model set.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from qfops.emulator.vocabulary.errors import invalid
from qfops.emulator.vocabulary.facts import Shape
from qfops.emulator.vocabulary.fields import JsonObject


@dataclass(frozen=True, slots=True)
class Parameter:
    """One hyper-parameter: its type, its allowed values, its default."""

    key: str
    type: Literal["int", "float", "string"]
    check: Literal["range", "choice", "mult_choice"]
    allowed: tuple[Any, ...]
    default: Any

    def accepts(self, value: object) -> bool:
        """Say whether a value may be sent."""
        if self.check == "mult_choice":
            return isinstance(value, list) and all(element in self.allowed for element in value)
        if self.type == "string":
            return isinstance(value, str) and value in self.allowed
        if not isinstance(value, int | float) or isinstance(value, bool):
            return False
        if self.type == "int" and not isinstance(value, int):
            return False
        if self.check == "choice" or len(self.allowed) == 1:
            return value in self.allowed
        return bool(self.allowed[0] <= value <= self.allowed[1])

    def shown(self) -> JsonObject:
        """Return the parameter as the support list shows it."""
        return {
            "key": self.key,
            "name": self.key,
            "description": f"hyper-parameter {self.key}",
            "type": self.type,
            "checkType": self.check,
            "checkValue": list(self.allowed),
            "default": self.default,
        }


@dataclass(frozen=True, slots=True)
class SupportedModel:
    """One base model: its family and, per train mode and parameter scale, its hyper-parameters."""

    name: str
    family: str
    modes: Mapping[str, Mapping[str, tuple[Parameter, ...]]] = field(default_factory=dict)
    type: str = "text2text"


def _range(key: str, low: float, high: float, default: float) -> Parameter:
    whole = all(isinstance(value, int) for value in (low, high, default))
    return Parameter(key, "int" if whole else "float", "range", (low, high), default)


def _choice(key: str, *allowed: int | str, default: int | str) -> Parameter:
    return Parameter(key, "string" if isinstance(default, str) else "int", "choice", allowed, default)


_SCHEDULES = ("linear", "cosine", "polynomial", "constant", "constant_with_warmup")
_MODULES = tuple(f"self_attn.{part}_proj" for part in "qkvo") + tuple(
    f"mlp.{part}_proj" for part in ("gate", "up", "down")
)
_ERNIE = (
    _range("epoch", 1, 50, 3),
    _choice("maxSeqLen", 512, 1024, 2048, 4096, 8192, default=4096),
    _range("globalBatchSize", 1, 10000, 16),
    _range("loggingSteps", 1, 100, 1),
    _range("warmupRatio", 0.01, 0.5, 0.1),
    _range("weightDecay", 0.0001, 0.1, 0.01),
    _range("pseudoSamplingProb", 0.0, 1.0, 0.0),
    _range("reference", 1, 2147483647, 42),
    _choice("lrSchedulerType", *_SCHEDULES, default="linear"),
    _range("numCycles", 0.1, 0.5, 0.5),
    _range("lrEnd", 1e-8, 1e-6, 1e-7),
    _range("power", 1.0, 3.0, 1.0),
    _range("checkpointCount", 1, 10, 1),
    _choice("checkpointSaveStrategy", "step", "epoch", default="step"),
    _range("saveStep", 1, 50000, 64),
    _range("validationStep", 0, 1000000, 16),
    _choice("earlyStopping", "True", "False", default="False"),
    _choice("earlyStopMetric", "ValidationLoss", default="ValidationLoss"),
    _range("earlyStoppingThreshold", 0.0, 5.0, 0.01),
    _range("earlyStoppingPatience", 1, 50, 3),
    _choice("Packing", "True", "False", default="False"),
)
_ERNIE_LORA = (
    _choice("loraRank", 2, 4, 8, 16, 32, 64, default=8),
    _choice("loraAllLinear", "True", "False", default="True"),
)
_FULL = (*_ERNIE, _range("learningRate", 1e-7, 0.01, 3e-5))
_LORA = (*_ERNIE, *_ERNIE_LORA, _range("learningRate", 1e-6, 0.001, 3e-4))
Modes: TypeAlias = Mapping[str, Mapping[str, tuple[Parameter, ...]]]
_ERNIE_MODES: Modes = {
    "SFT": {"FullFineTuning": _FULL, "LoRA": _LORA},
    "PostPretrain": {
        "FullFineTuning": (
            _range("epoch", 1, 10, 1),
            _range("learningRate", 1e-5, 4e-5, 3e-5),
            _choice("maxSeqLen", 4096, 8192, default=4096),
            _range("checkpointCount", 1, 10, 1),
            _range("saveStep", 1, 50000, 64),
        )
    },
    "DPO": {"FullFineTuning": _FULL, "LoRA": _LORA},
    "KTO": {"FullFineTuning": _FULL, "LoRA": _LORA},
}
_OPEN = (
    _range("epoch", 1, 50, 1),
    _range("batchSize", 1, 4, 1),
    _choice("maxSeqLen", 1024, 2048, 4096, default=4096),
    _range("learningRate", 2e-7, 0.0002, 1e-6),
    _choice("schedulerName", *_SCHEDULES, default="cosine"),
    _range("weightDecay", 0.001, 1.0, 0.01),
    _range("warmupRatio", 0.01, 0.1, 0.03),
)
_OPEN_LORA = (
    *_OPEN,
    _choice("loraRank", 8, 16, 32, 64, default=32),
    _choice("loraAlpha", 8, 16, 32, 64, default=32),
    _range("loraDropout", 0.1, 0.5, 0.1),
    Parameter("loraTargetModules", "string", "mult_choice", _MODULES, list(_MODULES[:1] + _MODULES[2:3])),
)
_OPEN_MODES: Modes = {"SFT": {"FullFineTuning": _OPEN, "LoRA": _OPEN_LORA, "PromptTuning": _OPEN}}
_IMAGE = (_range("epoch", 1, 50, 1), _range("batchSize", 1, 4, 1), _range("learningRate", 1e-7, 0.001, 1e-5))
_IMAGE_LORA = (*_IMAGE, _choice("loraRank", 8, 16, 32, 64, default=32))

MODELS: Mapping[str, SupportedModel] = {
    model.name: model
    for model in (
        SupportedModel("ERNIE-Speed-8K", "ERNIE-Speed", _ERNIE_MODES),
        SupportedModel("ERNIE-Speed-Pro-128K", "ERNIE-Speed", {"SFT": _ERNIE_MODES["SFT"]}),
        SupportedModel("ERNIE-Lite-8K-0308", "ERNIE-Lite", _ERNIE_MODES),
        SupportedModel("ERNIE-Lite-8K-0922", "ERNIE-Lite", {"SFT": _ERNIE_MODES["SFT"]}),
        SupportedModel("ERNIE-Tiny-8K", "ERNIE-Tiny", {mode: _ERNIE_MODES[mode] for mode in ("SFT", "DPO")}),
        SupportedModel(
            "Stable-Diffusion-XL-Base-1.0",
            "Stable-Diffusion-XL",
            {"SFT": {"FullFineTuning": _IMAGE, "LoRA": _IMAGE_LORA}},
            "text2image",
        ),
        SupportedModel("Qianfan-Chinese-Llama-2-7B", "Llama-2-7B", _OPEN_MODES),
        SupportedModel("Qianfan-Chinese-Llama-2-13B-v2", "Llama-2-13B", _OPEN_MODES),
        SupportedModel(
            "Qianfan-Chinese-Llama-2-13B-v1",
            "Llama-2-13B",
            {
                "PostPretrain": {
                    "FullFineTuning": (
                        _range("batchSize", 48, 960, 192),
                        Parameter("epoch", "int", "range", (1,), 1),
                        _range("learningRate", 2e-7, 0.0002, 2e-5),
                        _range("weightDecay", 0.0001, 0.05, 0.01),
                    )
                }
            },
        ),
        SupportedModel("ChatGLM2-6B", "ChatGLM2-6B", _OPEN_MODES),
        SupportedModel("ChatGLM2-6B-32K", "ChatGLM2-6B", {"SFT": {"FullFineTuning": _OPEN}}),
    )
}

SHAPE: Shape = [
    {
        "model": "str",
        "modelType": "str",
        "baseModel": "str",
        "supportTrainMode": [
            {
                "trainMode": "str",
                "supportParameterScale": [
                    {"parameterScale": "str", "supportHyperParameterConfig": ["object"]}
                ],
            }
        ],
    }
]


def listed() -> list[JsonObject]:
    """Return the whole list as the console shows it."""
    return [
        {
            "model": model.name,
            "modelType": model.type,
            "baseModel": model.family,
            "supportTrainMode": [
                {
                    "trainMode": mode,
                    "supportParameterScale": [
                        {
                            "parameterScale": scale,
                            "supportHyperParameterConfig": [parameter.shown() for parameter in parameters],
                        }
                        for scale, parameters in scales.items()
                    ],
                }
                for mode, scales in model.modes.items()
            ],
        }
        for model in MODELS.values()
    ]


def check_parameters(model: str, mode: str, scale: str, given: JsonObject) -> JsonObject:
    """Return the hyper-parameters a run gets: the given ones, checked, over the defaults."""
    parameters = {parameter.key: parameter for parameter in MODELS[model].modes[mode][scale]}
    chosen = {key: parameter.default for key, parameter in parameters.items()}
    for key, value in given.items():
        if value is None:
            continue
        if key not in parameters or not parameters[key].accepts(value):
            raise invalid(f"hyperParameterConfig.{key}")
        chosen[key] = value
    return chosen
