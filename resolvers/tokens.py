"""Bearer tokens of people: verified as OpenID Connect says, and read as to what their holders may see and write."""

import json
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NoReturn

from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwt import JWTClaimsRegistry
from joserfc.util import urlsafe_b64decode

from db.access import PEOPLE, Terms
from db.enums import ViewerKind
from resolvers.errors import Unauthenticated
from resolvers.keyrings import Keyring
from resolvers.policy import MODULES

MAX_TOKEN = 8_192
# By how many seconds two clocks may differ.
LEEWAY = 30
# The kind of key that goes with the beginning of an algorithm's name.
KINDS = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
# What the header of a token may say: nothing that leads to another key, or that has to be understood.
HEADERS = {"alg", "kid", "typ", "cty", "x5t", "x5t#S256"}
TYPES = {"jwt", "at+jwt"}
_PART = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_SUBJECT = re.compile(r"[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]{0,199}")
_CODE = re.compile(r"[0-9]{2}([0-9]{2}([0-9]{2})?)?", re.ASCII)

CLAIMS: Mapping[str, str] = {
    name: f"yizhan.{name}" for name in ("kind", "districts", "partner", "modules", "personal", "write")
}
"""Where a token says what its holder is: claims, or parts of one that is an object."""


@dataclass(frozen=True)
class Rules:
    """Whose tokens are taken, for whom, signed how, and where they say what their holders are."""

    issuer: str
    audience: str
    jwks: str
    algorithms: Sequence[str] = ("RS256", "ES256", "EdDSA")
    claims: Mapping[str, str] = field(default_factory=lambda: CLAIMS)


@dataclass(frozen=True)
class Holder:
    """Whoever a token was issued to: the name in the change log, and what they may."""

    name: str
    terms: Terms


class Tokens:
    """Verifies tokens by rules."""

    def __init__(self, rules: Rules, keyring: Keyring | None = None) -> None:
        self._rules = rules
        self._keyring = keyring or Keyring(rules.jwks)
        self._registry = jws.JWSRegistry(algorithms=list(rules.algorithms), strict_check_header=False)

    async def holder(self, token: str) -> Holder:
        """To whom a token was issued; Unauthenticated when it is not valid, with the reason."""
        if len(token) > MAX_TOKEN:
            _refuse(f"it has more than {MAX_TOKEN:,} characters")
        parts = token.split(".")
        if len(parts) != 3 or not all(_PART.fullmatch(part) for part in parts):
            _refuse("it does not have the form of a signed JSON Web Token")
        header = self._checked_header(parts[0])
        kid, algorithm = header.get("kid"), header["alg"]
        key = await self._keyring.key(kid, KINDS[algorithm[:2]])
        if key is None:
            _refuse("no key of its issuer has its kid")
        if key.key_type != KINDS[algorithm[:2]]:
            _refuse("its kid names a key that is not for its algorithm")
        try:
            # That EdDSA is called otherwise by now is no reason for a warning at each request.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SecurityWarning)
                key.check_alg(algorithm)
                signed = jws.deserialize_compact(token, key, registry=self._registry)
        except (JoseError, ValueError):
            _refuse("its signature is not right")
        claims = _object(signed.payload or b"")
        self._check_claims(claims)
        return Holder(PEOPLE + claims["sub"], self._terms(claims))

    def _checked_header(self, part: str) -> dict[str, Any]:
        try:
            header = _object(urlsafe_b64decode(part.encode()))
        except ValueError:
            _refuse("its header cannot be read")
        unknown = sorted(header.keys() - HEADERS)
        if unknown:
            _refuse(f"its header may only have {', '.join(sorted(HEADERS))}, not {unknown[0][:40]!r}")
        if header.get("alg") not in self._rules.algorithms:
            _refuse(f"it must be signed with {', '.join(self._rules.algorithms)}")
        if not isinstance(header.get("kid"), str | None):
            _refuse("its kid must be a text")
        type_ = header.get("typ", "JWT")
        if not isinstance(type_, str) or type_.lower().removeprefix("application/") not in TYPES:
            _refuse("its typ must be JWT or at+jwt")
        return header

    def _check_claims(self, claims: dict[str, Any]) -> None:
        times = [claims[name] for name in ("exp", "nbf", "iat") if name in claims]
        if any(isinstance(time, bool) or not isinstance(time, int | float) or not 0 < time < 1e11 for time in times):
            _refuse("exp, nbf and iat must be seconds since 1970")
        registry = JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": self._rules.issuer},
            aud={"essential": True, "value": self._rules.audience},
            sub={"essential": True},
            exp={"essential": True},
        )
        try:
            registry.validate(claims)
        except JoseError as error:
            _refuse(f"of its claims, {error.description or error.error}")
        if not isinstance(claims["sub"], str) or not _SUBJECT.fullmatch(claims["sub"]):
            _refuse("sub must be a text of 1–200 characters, without control characters")

    def _terms(self, claims: Mapping[str, Any]) -> Terms:
        """What a token's holder may; the rules are those of keys."""
        kind = self._read(claims, "kind")
        if kind not in ViewerKind.__members__ or kind == ViewerKind.ANONYMOUS:
            kinds = ", ".join(name for name in ViewerKind.__members__ if name != ViewerKind.ANONYMOUS)
            _refuse(f"the claim {self._rules.claims['kind']} must be one of {kinds}")
        districts, modules = self._texts(claims, "districts"), self._texts(claims, "modules")
        partner = self._read(claims, "partner")
        for code in [*districts, *([] if partner is None else [partner])]:
            if not isinstance(code, str) or not _CODE.fullmatch(code):
                _refuse("districts and partner must be codes of 2, 4 or 6 digits, for example 330114")
        if not set(modules) <= set(MODULES):
            _refuse(f"the claim {self._rules.claims['modules']} may name {', '.join(MODULES)}")
        writes, personal = self._flag(claims, "write"), self._flag(claims, "personal")
        needs = {ViewerKind.OPERATOR: (False, False), ViewerKind.PARTNER: (False, True)}.get(kind, (True, False))
        if (bool(districts), partner is not None) != needs:
            _refuse("staff and members need districts, a partner needs partner, and an operator neither of them")
        if kind == ViewerKind.PARTNER and (writes or personal):
            _refuse("a partner writes nothing and is not shown how people can be reached")
        if kind == ViewerKind.DISTRICT_STAFF and any(len(code) != 6 for code in districts):
            _refuse("the staff of a district needs codes of 6 digits; that of a city is CITY_STAFF")
        return Terms(
            kind=ViewerKind[kind],
            # An operator's code is the beginning of every other.
            districts=[""] if kind == ViewerKind.OPERATOR else districts,
            may_write=writes,
            partner=partner,
            modules=modules or None,
            is_personal=personal,
            expires_at=datetime.fromtimestamp(claims["exp"] + LEEWAY, UTC),
        )

    def _read(self, claims: Mapping[str, Any], name: str) -> Any:
        path = self._rules.claims[name]
        if path in claims:
            return claims[path]
        found: Any = claims
        for step in path.split("."):
            found = found.get(step) if isinstance(found, dict) else None
        return found

    def _texts(self, claims: Mapping[str, Any], name: str) -> list[str]:
        found = self._read(claims, name)
        if not isinstance(found, list | None) or not all(isinstance(each, str) for each in found or ()):
            _refuse(f"the claim {self._rules.claims[name]} must be a list of texts")
        return found or []

    def _flag(self, claims: Mapping[str, Any], name: str) -> bool:
        found = self._read(claims, name)
        if not isinstance(found, bool | None):
            _refuse(f"the claim {self._rules.claims[name]} must be true or false")
        return bool(found)


def _refuse(why: str) -> NoReturn:
    raise Unauthenticated(f"the token is not valid: {why}")


def _object(text: bytes) -> dict[str, Any]:
    """A JSON object in which no name comes twice and no number is none."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            _refuse("a name comes twice in one of its objects")
        return found

    def number(text: str) -> NoReturn:
        raise ValueError(text)

    try:
        found = json.loads(text, object_pairs_hook=once, parse_constant=number)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        _refuse("a part of it is no JSON object")
    return found


def tokens_by(
    issuer: str | None, audience: str | None, jwks: str | None, algorithms: str, claims: str
) -> Tokens | None:
    """What verifies the tokens of an issuer, as settings say it; None when none is named."""
    if issuer is None or audience is None or jwks is None:
        return None
    said = dict(each.split("=", 1) for each in claims.split(",") if each)
    return Tokens(Rules(issuer, audience, jwks, [each for each in algorithms.split(",") if each], {**CLAIMS, **said}))
