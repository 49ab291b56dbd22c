"""The files that `qfops init` writes: a project that plans and applies at once, without an account.

Texts only. They are what a new user reads first, so they say why, and they pass `qfops validate`.
"""

from __future__ import annotations

from collections.abc import Mapping

PROJECT = """\
# The project: its name, where its manifests are, and which console it speaks to.
name: {name}
manifests: manifests

console:
  # The built-in emulator: no account, no keys, no cost. For the real console write
  #   endpoint: https://qianfan.baidubce.com
  # and put QIANFAN_ACCESS_KEY and QIANFAN_SECRET_KEY into the environment, or into the file .env beside this
  # one (which .gitignore keeps out of the repository).
  endpoint: emulator

# Variables are used in manifests as ${{var.NAME}}; --var NAME=VALUE and QFOPS_VAR_NAME override them.
vars:
  audience: customers
"""

PROMPT = """\
# One document declares one object of the console. The address of this one is PromptTemplate/greeting.
apiVersion: qianfan/v2
kind: PromptTemplate
metadata:
  name: greeting                        # our name for it; never sent
  labels: {team: example}               # ours as well: qfops plan -l team=example
spec:                                   # the field names of the console API: qfops explain PromptTemplate
  templateName: ${qfops.project}-greeting
  templateContent: {file: greeting.txt} # a text of its own, relative to this file
  variableIdentifier: "{}"              # in quotes, because YAML reads {} as an empty map
  hyperParameters:
    temperature: 0.3                    # change this, then: qfops plan
"""

PROMPT_TEXT = """\
You answer questions of our customers. Be brief and friendly.
Question: {question}
"""

DATASET = """\
# A dataset and its first version. Remove the file, and qfops plans to delete the dataset.
apiVersion: qianfan/v2
kind: Dataset
metadata:
  name: questions
  labels: {team: example}
spec:
  datasetName: ${qfops.project}-questions-of-${var.audience}
  dataFormat: PromptResponse
  storageType: sysStorage               # the platform keeps the rows; BOS would be your own bucket
  import:                               # one import task per entry; entries can be added, never taken back
    - files: ["bos:/example-bucket/questions/2026.jsonl"]
  publish: true                         # training reads published versions only; there is no way back
"""

IGNORE = """\
# State and the emulator's data. Keep the state: it says which objects are yours.
.qfops/
# Keys.
.env
"""

IGNORE_FILE = ".gitignore"


def files(name: str) -> Mapping[str, str]:
    """The files by their path in the project folder."""
    return {
        "qfops.yaml": PROJECT.format(name=name),
        "manifests/prompts/greeting.yaml": PROMPT,
        "manifests/prompts/greeting.txt": PROMPT_TEXT,
        "manifests/data/questions.yaml": DATASET,
        IGNORE_FILE: IGNORE,
    }
