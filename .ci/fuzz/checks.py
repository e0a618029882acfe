"""What every answer owes its caller, beyond what schemathesis asks."""

import json
from math import isinf
from typing import Any
from urllib.parse import unquote_plus

import schemathesis
from schemathesis import Case, CheckContext, GenerationMode, Response

# Headers that belong to HTTP or to the defence of browsers and are the same everywhere.
EVERYWHERE = {
    "allow",
    "cache-control",
    "connection",
    "content-length",
    "content-security-policy",
    "content-type",
    "date",
    "referrer-policy",
    "vary",
    "x-content-type-options",
    "x-frame-options",
    "x-request-id",
}
# What would tell an attacker, or a user, too much.
LEAKS = ("diesel", "SELECT ", "INSERT ", "UPDATE ", "UNIQUE constraint", "panicked", "/src/", ".rs:", "argon2")
# Codes that say that the shape of a request is wrong, rather than a value.
SHAPE = ("malformed_json", "unknown_field", "unknown_parameter", "unsupported_media_type", "method_not_allowed", "not_acceptable")


def _is_documented(response: Response, case: Case) -> bool:
    return str(response.status_code) in case.operation.responses.status_codes


@schemathesis.check
def refusal_is_a_problem(ctx: CheckContext, response: Response, case: Case) -> None:
    """RFC 9457, with all of BEHAVIOUR 2's members, and nothing that leaks."""
    if response.status_code < 400:
        return
    kind = response.headers.get("content-type", [""])[0]
    assert kind == "application/problem+json", f"a refusal is {kind or 'of no type'}"
    problem = response.json()
    missing = [name for name in ("title", "detail", "instance", "code", "request_id") if not isinstance(problem.get(name), str)]
    assert not missing, f"the problem lacks {missing}"
    assert problem["status"] == response.status_code, f"the problem speaks of status {problem['status']}"
    assert problem["type"] == f"/problems/{problem['code']}", f"the type is {problem['type']}"
    assert isinstance(problem["retryable"], bool), "retryable is no boolean"
    assert [problem["request_id"]] == response.headers["x-request-id"], "the request ids differ"
    asked = unquote_plus(str(response.request.url))
    told = [leak for leak in LEAKS if leak in response.text and leak not in asked]
    assert not told, f"the problem tells of {told}"


@schemathesis.check
def headers_are_documented(ctx: CheckContext, response: Response, case: Case) -> None:
    """An answer of a documented status carries no header that the document keeps silent about."""
    if not _is_documented(response, case):
        return
    said = case.operation.responses.find_by_status_code(response.status_code).headers
    known = EVERYWHERE | {name.lower() for name, _ in said.items()}
    unknown = sorted(set(response.headers) - known)
    assert not unknown, f"the document does not mention {unknown} of status {response.status_code}"


@schemathesis.check
def refusal_is_told_how_to_go_on(ctx: CheckContext, response: Response, case: Case) -> None:
    """405 names what is allowed, 401 how to log in, 429 and 503 when to come again."""
    needed = {405: "allow", 401: "www-authenticate", 429: "retry-after", 503: "retry-after"}.get(response.status_code)
    assert needed is None or needed in response.headers, f"status {response.status_code} without {needed}"


# Whole numbers from here on may lie between two doubles, so they are refused where they are not
# written as an integer of 64 bits (docs/api.md, "Values").
INEXACT = 2**53


def _holds_inexact(value: Any) -> bool:
    """A number that is not kept, since it could not be kept exactly: no schema can say so of `metadata`."""
    match value:
        case dict():
            return any(map(_holds_inexact, value.values()))
        case list():
            return any(map(_holds_inexact, value))
        case float():
            return isinf(value) or (value.is_integer() and abs(value) >= INEXACT)
        case int():
            return not -(2**63) <= value < 2**64
    return False


FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


def _is_beyond_a_schema(response: Response, case: Case) -> bool:
    """What is in a file or a form, that text holds no NUL, that numbers are kept exactly."""
    body = response.request.body or b""
    if case.media_type in FORMS or b"\\u0000" in body:
        return True
    return bool(body) and (case.media_type or "").endswith("json") and _holds_inexact(json.loads(body))


@schemathesis.check
def good_shape_is_understood(ctx: CheckContext, response: Response, case: Case) -> None:
    """What fits the schema may break a rule, and is not refused for its shape."""
    if case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE or response.status_code < 400:
        return
    if _is_beyond_a_schema(response, case):
        return
    problem = response.json()
    assert problem["code"] not in SHAPE, f"the shape is as documented, and refused: {problem['code']}, {problem['detail']}"
    wrong = [error for error in problem.get("errors", []) if error["code"] in ("invalid_value", "unknown_field")]
    assert not wrong, f"the value is as documented, and refused: {wrong}"
