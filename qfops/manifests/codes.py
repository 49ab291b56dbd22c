"""The codes of everything that can be wrong with a project's files, each with its meaning in one sentence.

Codes are part of the output format: they may be added, never renamed.
"""

from __future__ import annotations

from collections.abc import Mapping

UNREADABLE = "unreadable-file"
TOO_LARGE = "file-too-large"
ENCODING = "bad-encoding"
OUTSIDE = "outside-project"
PRIVATE = "private-file"
NO_PROJECT = "no-project-file"
NO_MANIFESTS = "no-manifests"
PASSED_OVER = "passed-over-file"
EMPTY = "empty-file"
SYNTAX = "yaml-syntax"
FEATURE = "yaml-feature"
DUPLICATE_KEY = "duplicate-key"
BAD_KEY = "bad-key"
TOO_BIG = "too-big-value"
NUMBER = "bad-number"
UNKNOWN_KEY = "unknown-key"
MISSING_KEY = "missing-key"
WRONG_TYPE = "wrong-type"
WRONG_VALUE = "wrong-value"
UNKNOWN_KIND = "unknown-kind"
BAD_NAME = "bad-name"
BAD_ADDRESS = "bad-address"
FOR_EACH = "bad-for-each"
SUBSTITUTION = "bad-substitution"
UNDEFINED = "undefined-variable"
UNUSED = "unused-variable"
UNSUPPORTED = "not-supported"
NO_REFERENCE = "reference-not-allowed"
WRONG_KIND = "wrong-kind"
WRONG_OUTPUT = "wrong-output"
DANGLING = "dangling-reference"
CYCLE = "cycle"
DUPLICATE_ADDRESS = "duplicate-address"
SAME_IDENTITY = "same-identity"
SAME_ID = "same-id"
SAME_TARGET = "same-target"
STILL_DECLARED = "still-declared"
RULE = "resource-rule"
EXTRA = "extra-fields"
EXTRA_KNOWN = "extra-known"

MEANINGS: Mapping[str, str] = {
    UNREADABLE: "A file or folder is missing or cannot be read.",
    TOO_LARGE: "A file is larger than qfops reads.",
    ENCODING: "A file is not plain UTF-8.",
    OUTSIDE: "A path leads out of the project folder.",
    PRIVATE: "A text that may be secret: hidden, a key or state file, or ignored by git.",
    NO_PROJECT: "The folder holds no qfops.yaml.",
    NO_MANIFESTS: "A folder or pattern of `manifests` holds no manifest.",
    PASSED_OVER: "A file that looks like a manifest and is not read, because of its name.",
    EMPTY: "A manifest file that declares nothing.",
    SYNTAX: "A file is not YAML.",
    FEATURE: "A feature of YAML that manifests leave out: tags, merge keys, unknown aliases.",
    DUPLICATE_KEY: "A key stands twice in one mapping.",
    BAD_KEY: "A key is not a plain text.",
    TOO_BIG: "A value is nested too deeply, or aliases or variables make it too large.",
    NUMBER: "A number is outside the range that programs agree on.",
    UNKNOWN_KEY: "A key that is not known here.",
    MISSING_KEY: "A key that is required is missing.",
    WRONG_TYPE: "A value has the wrong type.",
    WRONG_VALUE: "A value of the right type is not allowed.",
    UNKNOWN_KIND: "The apiVersion or kind is not known.",
    BAD_NAME: "A name breaks the rules of names.",
    BAD_ADDRESS: "An address is not of the form Kind/name.",
    FOR_EACH: "A forEach does not make resources with names of their own.",
    SUBSTITUTION: "A `${…}` that cannot be replaced.",
    UNDEFINED: "A variable or a field of forEach that is not defined.",
    UNUSED: "A variable of the command line that nothing uses.",
    UNSUPPORTED: "A part of the format that this version does not support.",
    NO_REFERENCE: "A reference where none is allowed.",
    WRONG_KIND: "A reference to a kind that the path does not take.",
    WRONG_OUTPUT: "A reference to an output that the path does not take.",
    DANGLING: "An address that no manifest declares.",
    CYCLE: "Resources that wait for each other.",
    DUPLICATE_ADDRESS: "Two manifests with one address.",
    SAME_IDENTITY: "Two resources that name the same object.",
    SAME_ID: "One object under two addresses.",
    SAME_TARGET: "Two addresses that move to the same one.",
    STILL_DECLARED: "An address to forget that a manifest still declares.",
    RULE: "A rule between the fields of a resource, or between resources, is broken.",
    EXTRA: "Fields in `extra` are sent as they are, without any check.",
    EXTRA_KNOWN: "A field in `extra` that belongs in the spec itself.",
}
