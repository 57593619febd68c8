"""A request that is valid by its schema is refused only for a reason that no schema can tell."""

import re

import schemathesis

# By their messages: what the shop knows, how fields go together, and what is inside of texts. Limits, choices and whether null is
# accepted are no such reasons: the document has to tell them.
REASONS = re.compile(
    "|".join(
        [
            "^refreshToken: is required",
            "a password is required",
            "a service has no stock",
            "accepted types are",
            "are required, or an `amount` instead",
            "the form cannot be read",
            "control characters",
            "differs from the header If-Match",
            "different request",
            "easy to guess",
            "^file: is empty",
            "is for the requests of workers",
            "is given twice; send one of them",
            "is no message of this conversation",
            "is not a cursor",
            "is not among the goods",
            "is not configured",
            "is not the current password",
            "is not the nextCursor",
            "must be a time such as",
            # JSON Schema takes 2.0 for an integer.
            "must be a whole number",
            "and cannot change",
            "must be an absolute http or https URL",
            "must be an https URL",
            "must be left out with",
            "must be the id of an active worker",
            # Of a quote: what its order has already counts as well.
            "^items: must have at most [0-9]{1,2} entries",
            "must be from 0 to 9007199254740991",
            "must lie in the future",
            "must name every picture",
            "must not be more than max",
            "must not lie in the past",
            "needs items, a title or a description",
            "no category has this id",
            "no such product",
            "the total is too large",
        ]
    )
)


@schemathesis.check
def limits_are_told(ctx, response, case):
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if response.status_code not in (400, 422):
        return
    error = response.json()["error"]
    problems = error["details"] or [{"field": "", "message": error["message"]}]
    problems = [f"{problem['field']}: {problem['message']}" for problem in problems]
    untold = [problem for problem in problems if not REASONS.search(problem)]
    assert not untold, f"the document does not tell that this is refused: {untold}"
