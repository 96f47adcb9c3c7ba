"""Every error a caller can meet on purpose.

    Fault                   what a caller did cannot be done; `code` says which kind of mistake it was
    ├── BadArgument         BAD_ARGUMENT: an argument is out of its bounds or contradicts another
    ├── BadCursor           BAD_CURSOR: a cursor is malformed or belongs to another list or order
    ├── BadId               BAD_ID: a global id is malformed
    ├── EmptyFilter         EMPTY_FILTER: a filter that says nothing
    ├── UnknownCode         UNKNOWN_CODE: an area code or another public key nobody has
    ├── Unauthenticated     UNAUTHENTICATED: the key that was sent is nobody's
    ├── Conflict            CONFLICT: what is to be written contradicts what is there
    ├── Forbidden           FORBIDDEN: the viewer may not do this
    ├── TooManySubscriptions  TOO_MANY_SUBSCRIPTIONS: a viewer watches as much as one may
    ├── TooLarge            TOO_LARGE: an operation asks for more rows than one may have
    ├── LimitExceeded       LIMIT_EXCEEDED: a document or its variables have too much of something
    ├── CostTooHigh         COST_TOO_HIGH: an operation costs more than one may
    ├── RateLimited         RATE_LIMITED: a viewer has used up what they may for now
    ├── NotPersisted        PERSISTED_QUERY_NOT_FOUND: no trusted document has the id
    ├── NotTrusted          DOCUMENT_NOT_TRUSTED: only trusted documents are run, and this is none
    ├── IntrospectionOff    INTROSPECTION_DISABLED: the viewer may not ask for the schema itself
    ├── TimedOut            TIMEOUT: the database was given more to do than an operation may take
    ├── Overloaded          OVERLOADED: the process runs as many operations as it may
    └── Unavailable         UNAVAILABLE: the database cannot be reached just now
        └── ShuttingDown    the process ends, and begins nothing any more

Anything else that goes wrong is a bug: it is logged once with the request's id and shown as "Unexpected error.".
"""

from graphql import GraphQLError


class Fault(GraphQLError):
    """A caller's mistake: the message says what was wrong and what would be right."""

    code = "BAD_REQUEST"
    # Tools that know nothing of our codes go by this, whose values are those of Spring for GraphQL.
    classification = "BAD_REQUEST"

    def __init__(self, message: str) -> None:
        super().__init__(message, extensions={"code": self.code, "classification": self.classification})


class BadArgument(Fault):
    """An argument is out of its bounds or contradicts another."""

    code = "BAD_ARGUMENT"


class BadCursor(Fault):
    """A cursor is malformed, or belongs to another list or order."""

    code = "BAD_CURSOR"


class BadId(Fault):
    """A global id is malformed."""

    code = "BAD_ID"


class EmptyFilter(Fault):
    """A filter names no condition."""

    code = "EMPTY_FILTER"


class UnknownCode(Fault):
    """Nobody has the code that was asked for."""

    code = "UNKNOWN_CODE"


class Unauthenticated(Fault):
    """The key that was sent is nobody's, or not any more."""

    code = "UNAUTHENTICATED"
    classification = "UNAUTHORIZED"


class Conflict(Fault):
    """What is to be written contradicts what is there."""

    code = "CONFLICT"


class Forbidden(Fault):
    """The viewer may not do this, or not there."""

    code = "FORBIDDEN"
    classification = "FORBIDDEN"


class TooManySubscriptions(Fault):
    """A viewer has as many subscriptions as one may have."""

    code = "TOO_MANY_SUBSCRIPTIONS"


class TooLarge(Fault):
    """An operation asks for more rows than one may have."""

    code = "TOO_LARGE"


class LimitExceeded(Fault):
    """A document or its variables have too much of something."""

    code = "LIMIT_EXCEEDED"


class CostTooHigh(Fault):
    """An operation costs more points than one may."""

    code = "COST_TOO_HIGH"


class RateLimited(Fault):
    """A viewer has used up their points for now; `retry_after` says in how many seconds there will be enough."""

    code = "RATE_LIMITED"

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.extensions = {"code": self.code, "retryAfter": retry_after}


class NotPersisted(Fault):
    """No trusted document has the id that was sent."""

    code = "PERSISTED_QUERY_NOT_FOUND"


class NotTrusted(Fault):
    """Only trusted documents are run for this viewer, and this is none."""

    code = "DOCUMENT_NOT_TRUSTED"


class IntrospectionOff(Fault):
    """The viewer may not ask for the schema itself."""

    code = "INTROSPECTION_DISABLED"


class TimedOut(Fault):
    """A statement took longer than it may."""

    code = "TIMEOUT"
    classification = "INTERNAL_ERROR"


class Overloaded(Fault):
    """The process runs as many operations as it may; nothing of this one was done."""

    code = "OVERLOADED"
    classification = "INTERNAL_ERROR"


class Unavailable(Fault):
    """The database cannot be reached just now; the same request may succeed later."""

    code = "UNAVAILABLE"
    classification = "INTERNAL_ERROR"


class ShuttingDown(Unavailable):
    """The process ends; another one, or the same once it is started again, will answer. Nothing of this was done."""
