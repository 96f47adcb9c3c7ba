"""Who asks, and what they may: one viewer for each request, and the one rule for where a viewer may write."""

from dataclasses import dataclass

from resolvers.errors import Forbidden


@dataclass(frozen=True)
class Viewer:
    """Who asks. `districts` are the codes where they may write, that of a city standing for all below it too."""

    name: str
    districts: tuple[str, ...] = ()
    may_write: bool = False
    # How many points a minute a key has, where it is not as many as others, and the application to whose trusted
    # documents it is bound.
    budget: int | None = None
    documents: str | None = None

    def require_key(self) -> None:
        """Forbidden unless this viewer may write anywhere."""
        if not self.may_write:
            raise Forbidden(
                "this needs a key that may write; send it as `Authorization: Bearer yz_…`, and ask whoever runs this"
                " server for one (python server.py keys issue)"
            )

    def require_write(self, district: str) -> None:
        """Forbidden unless this viewer may write what a district owns."""
        if not any(district.startswith(own) for own in self.districts):
            raise Forbidden(
                f"the key {self.name!r} may not write what {district} owns, only {', '.join(self.districts)}"
            )


ANONYMOUS = Viewer("anonymous")
PUBLIC = Viewer("public")
"""Whoever writes without a key where everybody may."""
