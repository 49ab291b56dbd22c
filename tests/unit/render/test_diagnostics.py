from __future__ import annotations

import json

from qfops.core.address import Address, Location
from qfops.core.diagnostics import Diagnostic
from qfops.render.reports.diagnostics import (
    diagnostics_github,
    diagnostics_json,
    diagnostics_sarif,
    diagnostics_text,
)

TYPO = Diagnostic(
    "unknown-key",
    'unknown key "learningrate"',
    "Allowed are epoch, learningRate.",
    'Did you mean "learningRate"?',
    Address("FineTuningTask", "faq-a"),
    "hyperParameterConfig.learningrate",
    Location("训练/runs, all.yaml", 9, 5),
)
WARNING = Diagnostic(
    "extra", "extra is sent: 100%\nunchecked", location=Location("a.yaml", 1), severity="warning"
)
PROJECT = Diagnostic("no-project", "no qfops.yaml here", remedy="qfops init")


def test_text_has_the_place_first_and_the_remedy_whole() -> None:
    long_remedy = Diagnostic("x", "y", detail="word " * 20, remedy="qfops " + "--flag " * 20)
    assert diagnostics_text([TYPO, WARNING, PROJECT, TYPO, long_remedy], width=60).splitlines() == [
        "error: no qfops.yaml here [no-project]",
        "    qfops init",
        "error: y [x]",
        "    " + " ".join(["word"] * 11),
        "    " + " ".join(["word"] * 9),
        "    qfops " + "--flag " * 20,
        "a.yaml:1:1: warning: extra is sent: 100%\\nunchecked [extra]",
        '训练/runs, all.yaml:9:5: error: unknown key "learningrate" [unknown-key]',
        "    FineTuningTask/faq-a hyperParameterConfig.learningrate",
        "    Allowed are epoch, learningRate.",
        '    Did you mean "learningRate"?',
        "3 errors, 1 warning.",
    ]


def test_counts_of_little() -> None:
    assert diagnostics_text([]) == "No errors.\n"
    assert diagnostics_text([WARNING]).splitlines()[-1] == "No errors, 1 warning."


def test_json_leaves_out_what_says_nothing() -> None:
    data = diagnostics_json([TYPO, PROJECT])
    assert (data["errors"], data["warnings"]) == (2, 0)
    assert data["diagnostics"] == [
        {"severity": "error", "code": "no-project", "summary": "no qfops.yaml here", "remedy": "qfops init"},
        {
            "severity": "error",
            "code": "unknown-key",
            "summary": 'unknown key "learningrate"',
            "detail": "Allowed are epoch, learningRate.",
            "remedy": 'Did you mean "learningRate"?',
            "address": "FineTuningTask/faq-a",
            "path": "hyperParameterConfig.learningrate",
            "file": "训练/runs, all.yaml",
            "line": 9,
            "column": 5,
        },
    ]


def test_github_commands_are_escaped() -> None:
    assert diagnostics_github([TYPO, WARNING, PROJECT]).splitlines() == [
        "::error title=no-project::no qfops.yaml here%0Aqfops init",
        "::warning file=a.yaml,line=1,col=1,title=extra::extra is sent: 100%25%0Aunchecked",
        '::error file=训练/runs%2C all.yaml,line=9,col=5,title=unknown-key::unknown key "learningrate"'
        "%0AFineTuningTask/faq-a hyperParameterConfig.learningrate"
        '%0AAllowed are epoch, learningRate.%0ADid you mean "learningRate"?',
    ]


def test_sarif_names_rules_places_and_levels() -> None:
    log = json.loads(diagnostics_sarif([TYPO, WARNING, PROJECT], "1.2.3"))
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    run = log["runs"][0]
    assert run["tool"]["driver"]["version"] == "1.2.3"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["extra", "no-project", "unknown-key"]
    assert [(result["ruleId"], result["ruleIndex"], result["level"]) for result in run["results"]] == [
        ("no-project", 1, "error"),
        ("extra", 0, "warning"),
        ("unknown-key", 2, "error"),
    ]
    assert "locations" not in run["results"][0]
    assert run["results"][2]["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "%E8%AE%AD%E7%BB%83/runs%2C%20all.yaml"},
                "region": {"startLine": 9, "startColumn": 5},
            },
            "logicalLocations": [
                {
                    "fullyQualifiedName": "FineTuningTask/faq-a.hyperParameterConfig.learningrate",
                    "kind": "resource",
                }
            ],
        }
    ]
