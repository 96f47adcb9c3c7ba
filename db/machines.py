"""How things may change: every state machine of the domain, as one table each.

A state that is not among the next ones of the current state cannot be reached from it. Nothing else in the program says
which changes of state are allowed; constraints, refusals, documentation and the graph are made from these tables.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from db.enums import (
    AssignmentState,
    AttendanceState,
    DiscussionStatus,
    EventStatus,
    Labelled,
    PlatformStatus,
    ResultKind,
    ResultStatus,
)


@dataclass(frozen=True)
class Machine:
    """The states of one kind of thing: where it may begin, and what may follow each of them.

    `closing` are the states in which it is done with; `closedAt` is set while it is in one of them.
    """

    name: str
    beginnings: tuple[Labelled, ...]
    next: Mapping[Labelled, tuple[Labelled, ...]]
    closing: frozenset[Labelled] = frozenset()

    @property
    def states(self) -> tuple[Labelled, ...]:
        """All states, in the order in which they are usually passed."""
        return tuple(self.next)

    def allows(self, current: str, wanted: str) -> bool:
        """Whether `wanted` may follow `current`."""
        return any(state == wanted for state in self.after(current))

    def after(self, current: str) -> tuple[Labelled, ...]:
        """What may follow `current`."""
        return next(following for state, following in self.next.items() if state == current)


_P = PlatformStatus
PLATFORM = Machine(
    "Platform",
    (_P.PLANNED, _P.ACTIVE),
    {
        _P.PLANNED: (_P.ACTIVE, _P.CLOSED),
        _P.ACTIVE: (_P.SUSPENDED, _P.CLOSED),
        _P.SUSPENDED: (_P.ACTIVE, _P.CLOSED),
        _P.CLOSED: (),
    },
    frozenset({_P.CLOSED}),
)

_E = EventStatus
EVENT = Machine(
    "Event",
    (_E.TENTATIVE, _E.CONFIRMED),
    {
        _E.TENTATIVE: (_E.CONFIRMED, _E.CANCELLED),
        _E.CONFIRMED: (_E.HELD, _E.CANCELLED),
        _E.HELD: (),
        _E.CANCELLED: (),
    },
)

_A = AttendanceState
ATTENDANCE = Machine(
    "Attendance",
    (_A.REGISTERED, _A.WAITING),
    {
        _A.WAITING: (_A.REGISTERED, _A.LEAVE),
        _A.REGISTERED: (_A.CHECKED_IN, _A.LEAVE, _A.ABSENT),
        _A.LEAVE: (_A.REGISTERED, _A.WAITING),
        _A.CHECKED_IN: (),
        _A.ABSENT: (),
    },
)

_D = DiscussionStatus
DISCUSSION = Machine(
    "Discussion",
    (_D.OPEN,),
    {_D.OPEN: (_D.RIPE, _D.CLOSED), _D.RIPE: (_D.CLOSED,), _D.CLOSED: ()},
)

_T = AssignmentState
ASSIGNMENT = Machine(
    "Assignment",
    (_T.GIVEN,),
    {
        _T.GIVEN: (_T.OBJECTED, _T.REPLIED, _T.WITHDRAWN),
        _T.OBJECTED: (_T.GIVEN, _T.WITHDRAWN),
        _T.REPLIED: (_T.GIVEN,),
        _T.WITHDRAWN: (),
    },
)

_S = ResultStatus


def _result(
    kind: ResultKind,
    beginnings: tuple[Labelled, ...],
    following: Mapping[Labelled, tuple[Labelled, ...]],
    closing: frozenset[Labelled],
) -> Machine:
    return Machine(kind.title().replace("_", ""), beginnings, following, closing)


RESULTS: Mapping[ResultKind, Machine] = {
    ResultKind.RECOMMENDATION: _result(
        ResultKind.RECOMMENDATION,
        (_S.RAISED,),
        {
            _S.RAISED: (_S.FORWARDED, _S.ADOPTED, _S.PARTLY_ADOPTED, _S.DECLINED),
            _S.FORWARDED: (_S.ADOPTED, _S.PARTLY_ADOPTED, _S.DECLINED),
            _S.ADOPTED: (_S.IMPLEMENTED,),
            _S.PARTLY_ADOPTED: (_S.ADOPTED, _S.IMPLEMENTED),
            _S.DECLINED: (),
            _S.IMPLEMENTED: (),
        },
        frozenset({_S.DECLINED, _S.IMPLEMENTED}),
    ),
    ResultKind.PROPOSAL: _result(
        ResultKind.PROPOSAL,
        (_S.DRAFT,),
        {
            _S.DRAFT: (_S.SUBMITTED,),
            _S.SUBMITTED: (_S.FILED, _S.MERGED, _S.NOT_FILED_FORWARDED, _S.NOT_FILED_RETURNED),
            _S.FILED: (_S.ASSIGNED,),
            _S.MERGED: (),
            _S.NOT_FILED_FORWARDED: (),
            _S.NOT_FILED_RETURNED: (_S.DRAFT,),
            _S.ASSIGNED: (_S.REPLIED,),
            _S.REPLIED: (_S.REASSIGNED, _S.EVALUATED),
            _S.REASSIGNED: (_S.REPLIED_AGAIN,),
            _S.REPLIED_AGAIN: (_S.EVALUATED,),
            _S.EVALUATED: (_S.CLOSED,),
            _S.CLOSED: (),
        },
        frozenset({_S.MERGED, _S.NOT_FILED_FORWARDED, _S.CLOSED}),
    ),
    ResultKind.PUBLIC_OPINION: _result(
        ResultKind.PUBLIC_OPINION,
        (_S.SUBMITTED,),
        {
            _S.SUBMITTED: (_S.FORWARDED, _S.ADOPTED, _S.DECLINED),
            _S.FORWARDED: (_S.ADOPTED, _S.DECLINED),
            _S.ADOPTED: (_S.CLOSED,),
            _S.DECLINED: (_S.CLOSED,),
            _S.CLOSED: (),
        },
        frozenset({_S.CLOSED}),
    ),
    ResultKind.SUPERVISION_ITEM: _result(
        ResultKind.SUPERVISION_ITEM,
        (_S.FOUND,),
        {
            _S.FOUND: (_S.TRANSFERRED, _S.ASSIGNED),
            _S.TRANSFERRED: (_S.ASSIGNED, _S.RESOLVED),
            _S.ASSIGNED: (_S.RESOLVED,),
            # Who found the problem looks whether it is gone; if it is not, it is assigned once more.
            _S.RESOLVED: (_S.VERIFIED, _S.ASSIGNED),
            _S.VERIFIED: (),
        },
        frozenset({_S.RESOLVED, _S.VERIFIED}),
    ),
    ResultKind.CITIZEN_REQUEST: _result(
        ResultKind.CITIZEN_REQUEST,
        (_S.RAISED,),
        {
            _S.RAISED: (_S.ASSIGNED, _S.CLOSED),
            _S.ASSIGNED: (_S.FORWARDED, _S.REPLIED),
            _S.FORWARDED: (_S.REPLIED,),
            # A citizen who is not content has the member look at it again.
            _S.REPLIED: (_S.RESOLVED, _S.ASSIGNED, _S.CLOSED),
            _S.RESOLVED: (_S.CLOSED,),
            _S.CLOSED: (),
        },
        frozenset({_S.RESOLVED, _S.CLOSED}),
    ),
    ResultKind.RESEARCH_REPORT: _result(
        ResultKind.RESEARCH_REPORT,
        (_S.DRAFT, _S.SUBMITTED),
        {_S.DRAFT: (_S.SUBMITTED,), _S.SUBMITTED: (_S.ADOPTED,), _S.ADOPTED: ()},
        frozenset({_S.ADOPTED}),
    ),
    ResultKind.OUTCOME: _result(
        ResultKind.OUTCOME,
        (_S.ASSIGNED, _S.IMPLEMENTED),
        {_S.ASSIGNED: (_S.IMPLEMENTED,), _S.IMPLEMENTED: ()},
        frozenset({_S.IMPLEMENTED}),
    ),
    ResultKind.RECOGNITION: _result(
        ResultKind.RECOGNITION,
        (_S.SUBMITTED, _S.AWARDED),
        {_S.SUBMITTED: (_S.AWARDED,), _S.AWARDED: ()},
        frozenset({_S.AWARDED}),
    ),
    ResultKind.PARTNERSHIP: _result(
        ResultKind.PARTNERSHIP,
        (_S.RAISED, _S.ASSIGNED),
        {
            _S.RAISED: (_S.ASSIGNED, _S.CLOSED),
            _S.ASSIGNED: (_S.IMPLEMENTED, _S.CLOSED),
            _S.IMPLEMENTED: (_S.CLOSED,),
            _S.CLOSED: (),
        },
        frozenset({_S.IMPLEMENTED, _S.CLOSED}),
    ),
}
"""The machine of each kind of result, whose states are the statuses the kind can have."""

MACHINES: Mapping[str, Machine] = {
    machine.name: machine for machine in (PLATFORM, EVENT, ATTENDANCE, DISCUSSION, ASSIGNMENT, *RESULTS.values())
}
"""Every state machine by name."""
