"""Every refusal the emulated console knows: code name, HTTP status, sentence.

One table, so that tests and readers see all of them at once. The first block is common to all Baidu cloud
services; the second block is the emulator's own choice, because no page names those codes.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """One error code: the HTTP status it travels with and its sentence."""

    status: int
    message: str
    own: bool = False  # True: the emulator's choice, False: named by Baidu's pages


CODES: Mapping[str, Code] = {
    "AccessDenied": Code(403, "Access denied."),
    "InappropriateJSON": Code(
        400,
        "The JSON you provided was well-formed and valid, but not appropriate for this operation.",
    ),
    "InternalError": Code(500, "We encountered an internal error. Please try again."),
    "InvalidAccessKeyId": Code(403, "NotFound, cause: Could not find credential."),
    "InvalidHTTPAuthHeader": Code(400, "The HTTP authorization header is invalid."),
    "InvalidHTTPRequest": Code(400, "There was an error in the body of your HTTP request."),
    "MalformedJSON": Code(400, "The JSON you provided was not well-formed."),
    "RequestExpired": Code(400, "Request has expired."),
    "ResourceNotFound": Code(404, "The API does not exist."),
    "SignatureDoesNotMatch": Code(
        403, "SignatureDoesNotMatch, cause: Fail to authn user: Signature does not match"
    ),
    "AlreadyPublished": Code(409, "This run and step is already published in this model set.", own=True),
    "BaseModelMismatch": Code(409, "The base model differs from the model set's.", own=True),
    "DatasetTooSmall": Code(400, "The dataset has fewer than 32 entries.", own=True),
    "InsufficientResource": Code(409, "There are not enough free compute units.", own=True),
    "InvalidReference": Code(400, "The request names an object that does not exist.", own=True),
    "MethodNotAllowed": Code(405, "Only POST is allowed.", own=True),
    "NameConflict": Code(409, "The name is already in use.", own=True),
    "NoSuchObject": Code(404, "The object does not exist.", own=True),
    "ReferenceNotReady": Code(400, "The request names an object that is not ready for it.", own=True),
    "ResourceInUse": Code(409, "The object is in use.", own=True),
    "ServiceUnavailable": Code(503, "The service is temporarily unavailable.", own=True),
    "StateConflict": Code(409, "The object's state does not allow this.", own=True),
    "TooManyRequests": Code(429, "Request rate limit reached.", own=True),
}


class ApiError(Exception):
    """A refusal: becomes the error envelope, and undoes what the action had written."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code = code
        self.status = CODES[code].status
        self.message = f"{CODES[code].message} {detail}".strip()
        super().__init__(f"{code}: {self.message}")


def invalid(parameter: str) -> ApiError:
    """Return the refusal of one request parameter, in the console's own wording."""
    return ApiError("InappropriateJSON", f"param[{parameter}] invalid.")


def not_found(kind: str, object_id: str) -> ApiError:
    """Return the refusal of an id nobody has, or another account has."""
    return ApiError("NoSuchObject", f"{kind} {object_id}")
