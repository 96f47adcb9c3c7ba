"""Who asks, and what they may: one viewer for each request, and the one rule for where a viewer may write."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table

from db.enums import ViewerKind
from resolvers import policy
from resolvers.errors import Forbidden
from resolvers.policy import Sight


@dataclass(frozen=True)
class Viewer:
    """Who asks: as what, what they see, and where they may write.

    `districts` are codes, that of a city standing for all below it too, and an empty one for all there are. With
    `modules`, both are limited to these concepts.
    """

    name: str
    kind: ViewerKind = ViewerKind.ANONYMOUS
    districts: tuple[str, ...] = ()
    may_write: bool = False
    sight: Sight = policy.PUBLIC
    # The district, city or province whose app it is.
    partner: str | None = None
    modules: frozenset[str] | None = None
    expires_at: datetime | None = None
    # How many points a minute a key has, where it is not as many as others, and the application to whose trusted
    # documents it is bound.
    budget: int | None = None
    documents: str | None = None
    # The number of the key, of whoever has one and not a token.
    key_id: int | None = None

    def require_own_key(self) -> int:
        """The number of this viewer's key; Forbidden without one."""
        if self.key_id is None:
            raise Forbidden(
                "this needs a key, for what is to be done belongs to it; send one as `Authorization: Bearer yz_…`, and"
                " ask whoever runs this server for it (python server.py keys issue)"
            )
        return self.key_id

    def require_key(self) -> None:
        """Forbidden unless this viewer may write anywhere."""
        if not self.may_write:
            raise Forbidden(
                "this needs a key that may write; send it as `Authorization: Bearer yz_…`, and ask whoever runs this"
                " server for one (python server.py keys issue)"
            )

    def require_write(self, district: str, table: Table | None = None) -> None:
        """Forbidden unless this viewer may write rows of a table that a district owns."""
        if not self.writes_in(district):
            where = ", ".join(self.districts) or "nothing"
            raise Forbidden(f"the key {self.name!r} may not write what {district} owns, only {where}")
        if self.modules is not None and (table is None or policy.module_of(table) not in self.modules):
            raise Forbidden(f"the key {self.name!r} may only write {', '.join(sorted(self.modules))}")

    def writes_in(self, district: str) -> bool:
        """Whether this viewer may write what a district owns."""
        return self.may_write and any(district.startswith(own) for own in self.districts)


ANONYMOUS = Viewer("anonymous")
PUBLIC = Viewer("public")
"""Whoever writes without a key where everybody may."""


def sight_of(
    kind: ViewerKind,
    reach: Iterable[str],
    partner: str | None,
    *,
    modules: frozenset[str] | None,
    is_personal: bool,
) -> Sight:
    """What somebody sees who belongs to the districts of `reach`, or acts for `partner`.

    What is shared with a city or a province is shared with all of its districts.
    """
    districts = tuple(sorted(set(reach)))
    acts_for = {code[:length] for code in (*districts, *([partner] if partner else [])) for length in (2, 4, 6)}
    return Sight(
        is_all=kind is ViewerKind.OPERATOR and modules is None,
        districts=districts,
        partners=tuple(sorted(acts_for)),
        modules=modules,
        personal=districts if is_personal else (),
    )
