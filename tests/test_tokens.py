"""Tokens of people: what is signed as it should be is taken for what it says, and no forgery is."""

import base64
import hmac
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey
from serving import teller_of
from test_command_line import run
from test_server import served
from test_subscriptions import CHANGED, watching

from db.enums import ViewerKind
from resolvers.errors import Unauthenticated, Unavailable
from resolvers.keyrings import PAUSE, Keyring, keys_in
from resolvers.tokens import LEEWAY, MAX_TOKEN, Rules, Tokens

# That EdDSA is called otherwise by now is known.
pytestmark = [pytest.mark.anyio, pytest.mark.filterwarnings("ignore:EdDSA is deprecated")]

ISSUER, AUDIENCE = "https://login.example.org/city", "yizhan"
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
OTHER = RSAKey.generate_key(2048, {"kid": "other"})
EC = ECKey.generate_key("P-256", {"kid": "ec"})
OKP = OKPKey.generate_key("Ed25519", {"kid": "okp"})
KEYS = {"RS256": RSA, "ES256": EC, "EdDSA": OKP}
STAFF = {"kind": "DISTRICT_STAFF", "districts": ["330114"], "write": True}


def jwks(*keys: Any) -> str:
    return json.dumps({"keys": [key.as_dict(private=False) for key in keys]})


def claims(**more: Any) -> dict[str, Any]:
    now = int(time.time())
    return {"iss": ISSUER, "aud": AUDIENCE, "sub": "ann", "iat": now, "exp": now + 300, "yizhan": STAFF, **more}


def signed(payload: dict[str, Any] | str, key: Any = RSA, algorithm: str = "RS256", **header: Any) -> str:
    """A token; a header of None is left out."""
    given = {"alg": algorithm, "kid": key.kid, "typ": "JWT", **header}
    head = {name: value for name, value in given.items() if value is not None}
    text = payload if isinstance(payload, str) else json.dumps(payload)
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    return jws.serialize_compact(head, text, key, registry=registry)


def put_together(header: dict[str, Any], payload: dict[str, Any], signature: bytes = b"") -> str:
    parts = (json.dumps(header).encode(), json.dumps(payload).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


@pytest.fixture(scope="module")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the issuer's keys."""
    path = tmp_path_factory.mktemp("keys") / "jwks.json"
    path.write_text(jwks(RSA, EC, OKP, OTHER))
    return path


@pytest.fixture
def tokens(keyring: Path) -> Tokens:
    return Tokens(Rules(ISSUER, AUDIENCE, str(keyring)))


@pytest.mark.parametrize("algorithm", KEYS)
async def test_what_is_signed_as_it_should_be_is_taken(tokens: Tokens, algorithm: str) -> None:
    holder = await tokens.holder(signed(claims(), KEYS[algorithm], algorithm))
    assert (holder.name, holder.terms.kind, holder.terms.districts) == ("token:ann", "DISTRICT_STAFF", ["330114"])
    assert (holder.terms.may_write, holder.terms.is_personal, holder.terms.modules) == (True, False, None)


def public_key_as_secret() -> str:
    """A token signed with what everybody knows, as if that were a secret."""
    text = put_together({"alg": "HS256", "kid": "rsa"}, claims()).rpartition(".")[0]
    code = hmac.digest(RSA.as_pem(private=False), text.encode(), "sha256")
    return f"{text}.{base64.urlsafe_b64encode(code).decode().rstrip('=')}"


NOW = time.time()
FORGED: dict[str, tuple[Callable[[], str], str]] = {
    "none": (lambda: put_together({"alg": "none"}, claims()), "form of a signed"),
    "none with a signature": (lambda: put_together({"alg": "none"}, claims(), b"x"), "must be signed with"),
    "HS256 with the public key": (public_key_as_secret, "must be signed with"),
    "another key under its kid": (lambda: signed(claims(), OTHER, kid="rsa"), "signature"),
    "unknown kid": (lambda: signed(claims(), RSA, kid="no"), "no key"),
    "jku": (lambda: signed(claims(), jku="https://evil.example/jwks"), "'jku'"),
    "x5u": (lambda: signed(claims(), x5u="https://evil.example/x5u"), "'x5u'"),
    "jwk": (lambda: signed(claims(), OTHER, jwk=OTHER.as_dict(private=False)), "'jwk'"),
    "expired": (lambda: signed(claims(exp=NOW - LEEWAY - 60)), "expired"),
    "not yet": (lambda: signed(claims(nbf=NOW + 600)), "not yet valid"),
    "of the future": (lambda: signed(claims(iat=NOW + 600)), "in the future"),
    "without an end": (lambda: signed({k: v for k, v in claims().items() if k != "exp"}), "exp"),
    "endless": (lambda: signed(json.dumps(claims()).replace('"exp": ', '"exp": 1e999, "x": ')), "exp"),
    "end is no time": (lambda: signed(claims(exp="2099-01-01")), "seconds since 1970"),
    "another audience": (lambda: signed(claims(aud="elsewhere")), "aud"),
    "another issuer": (lambda: signed(claims(iss=ISSUER + "/")), "iss"),
    "crit": (lambda: put_together({"alg": "RS256", "kid": "rsa", "crit": ["b64"]}, claims(), b"x"), "'crit'"),
    "a claim twice": (lambda: signed(json.dumps(claims())[:-1] + ', "sub": "operator"}'), "comes twice"),
    "a header twice": (lambda: _header_twice(), "comes twice"),
    "truncated": (lambda: signed(claims())[:-10], "signature"),
    "cut in the claims": (lambda: ".".join([*signed(claims()).split(".")[:1], "e30", "x"]), "signature"),
    "two parts": (lambda: signed(claims()).rpartition(".")[0], "form of a signed"),
    "huge": (lambda: signed(claims(more="x" * MAX_TOKEN)), "more than 8,192"),
    "the key of another algorithm": (lambda: signed(claims(), EC, "ES256", kid="rsa"), "not for its algorithm"),
    "an algorithm not allowed": (lambda: signed(claims(), algorithm="PS256"), "must be signed with"),
    "kid no text": (lambda: put_together({"alg": "RS256", "kid": ["rsa"]}, claims(), b"x"), "kid must be a text"),
    "another type": (lambda: signed(claims(), typ="logout+jwt"), "typ must be"),
    "claims no object": (lambda: signed("[1]"), "no JSON object"),
    "deep": (lambda: signed("[" * 3_000), "no JSON object"),
    "no sub": (lambda: signed(claims(sub="")), "sub"),
    "a sub of lines": (lambda: signed(claims(sub="a\nb")), "sub must be"),
    "no text": (lambda: "¿.é.ü", "form of a signed"),
}


def _header_twice() -> str:
    head, body, end = signed(claims()).split(".")
    found = base64.urlsafe_b64decode(head + "=" * (-len(head) % 4))[:-1] + b', "alg": "RS256"}'
    return ".".join([base64.urlsafe_b64encode(found).decode().rstrip("="), body, end])


@pytest.mark.parametrize("name", FORGED)
async def test_no_forgery_is_taken(tokens: Tokens, name: str) -> None:
    made, why = FORGED[name]
    with pytest.raises(Unauthenticated) as refused:
        await tokens.holder(made())
    assert refused.value.message.startswith("the token is not valid: ")
    assert why in refused.value.message


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (None, "yizhan.kind must be one of"),
        ({"kind": "ANONYMOUS"}, "yizhan.kind must be one of"),
        ({"kind": "DISTRICT_STAFF"}, "need districts"),
        ({"kind": "DISTRICT_STAFF", "districts": ["3301"]}, "codes of 6 digits"),
        ({"kind": "CITY_STAFF", "districts": [""]}, "codes of 2, 4 or 6 digits"),
        ({"kind": "CITY_STAFF", "districts": "3301"}, "list of texts"),
        ({"kind": "PARTNER", "districts": ["330114"], "partner": "330102"}, "a partner needs partner"),
        ({"kind": "PARTNER", "partner": "330102", "write": True}, "a partner writes nothing"),
        ({"kind": "OPERATOR", "districts": ["330114"]}, "an operator neither"),
        ({**STAFF, "modules": ["everything"]}, "may name platforms"),
        ({**STAFF, "write": "yes"}, "true or false"),
    ],
)
async def test_a_token_has_to_say_what_its_holder_is(tokens: Tokens, said: Any, why: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        await tokens.holder(signed(claims(yizhan=said)))
    assert why in refused.value.message


async def test_claims_may_stand_elsewhere(keyring: Path) -> None:
    places = {
        "kind": "https://example.org/role", "districts": "org.codes", "partner": "org.partner",
        "modules": "scope.modules", "personal": "personal", "write": "write",
    }  # fmt: skip
    tokens = Tokens(Rules(ISSUER, AUDIENCE, str(keyring), claims=places))
    said = {"https://example.org/role": "MEMBER", "org": {"codes": ["330109"]}, "personal": True}
    terms = (await tokens.holder(signed(claims(yizhan=None, **said)))).terms
    assert (terms.kind, terms.districts, terms.may_write, terms.is_personal) == (
        ViewerKind.MEMBER, ["330109"], False, True,
    )  # fmt: skip


class Served:
    """A server of keys that counts how often it is asked."""

    def __init__(self) -> None:
        self.body = jwks(RSA)
        self.status = 200
        self.count = 0

    @contextmanager
    def listening(self) -> Iterator[str]:
        """Where it is."""
        served = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                served.count += 1
                self.send_response(served.status)
                self.send_header("content-length", str(len(served.body)))
                self.end_headers()
                self.wfile.write(served.body.encode())

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/jwks"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


async def test_keys_are_read_again_for_a_new_one_and_at_most_once_a_minute() -> None:
    served, clock = Served(), [0.0]
    with served.listening() as place:
        keyring = Keyring(place, lambda: clock[0])
        tokens = Tokens(Rules(ISSUER, AUDIENCE, place), keyring)
        for _ in range(3):
            await tokens.holder(signed(claims()))
        assert served.count == 1
        clock[0] += PAUSE + 1
        served.body = jwks(RSA, EC)
        await tokens.holder(signed(claims(), EC, "ES256"))
        for _ in range(50):
            with pytest.raises(Unauthenticated, match="no key of its issuer has its kid"):
                await tokens.holder(signed(claims(), kid="unknown"))
        assert served.count == 2
        # When they cannot be read, those there were go on being good.
        clock[0] += PAUSE + 1
        served.status = 500
        with pytest.raises(Unauthenticated):
            await tokens.holder(signed(claims(), kid="unknown"))
        await tokens.holder(signed(claims()))
        assert served.count == 3
        # A key that was taken away is good no longer, once they are read as they are every hour.
        clock[0] += 3_601
        served.status, served.body = 200, jwks(EC)
        with pytest.raises(Unauthenticated):
            await tokens.holder(signed(claims()))


async def test_without_any_keys_nobody_is_refused_for_good() -> None:
    served, clock = Served(), [0.0]
    with served.listening() as place:
        keyring = Keyring(place, lambda: clock[0])
        served.status = 503
        for _ in range(2):
            with pytest.raises(Unavailable):
                await keyring.key("rsa", "RSA")
        assert served.count == 1
        served.status = 200
        clock[0] += 6
        found = await keyring.key(None, "RSA")
        assert found is not None
        assert found.kid == "rsa"


def test_only_public_keys_that_are_strong_and_for_signatures_are_taken() -> None:
    weak = {"kty": "RSA", "kid": "weak", "e": "AQAB", "n": base64.urlsafe_b64encode(b"\x80" + b"\1" * 63).decode()}
    others = [{"kty": "oct", "kid": "o", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}, {"kty": "?"}, 5, weak]
    found = keys_in(
        json.dumps({"keys": [*others, {**EC.as_dict(private=False), "use": "enc"}, RSA.as_dict(False)]}).encode()
    )
    assert [key.kid for key in found] == ["rsa"]


async def test_a_token_is_as_good_as_a_key(own_hangzhou: str, keyring: Path) -> None:
    oidc = {"OIDC_ISSUER": ISSUER, "OIDC_AUDIENCE": AUDIENCE, "OIDC_JWKS": str(keyring)}
    with served(DATABASE_URL=own_hangzhou, **oidc) as (address, _):
        async with httpx.AsyncClient(timeout=30) as client:
            staff = teller_of(client, address, signed(claims()))
            city = {"kind": "CITY_STAFF", "districts": ["3301"]}
            reader = teller_of(client, address, signed(claims(sub="bob", yizhan=city), EC, "ES256"))
            partner = teller_of(client, address, signed(claims(yizhan={"kind": "PARTNER", "partner": "330102"})))
            raised = "recommendation { id }"
            hidden = await staff.do(
                "raiseRecommendation", raised, title="内部", district="330114", visibility="INTERNAL"
            )
            node = "query ($id: ID!) { node(id: $id) { id } }"
            assert (await staff.ask(node, id=hidden["id"]))["node"] == hidden
            assert (await reader.ask(node, id=hidden["id"]))["node"] == hidden
            assert (await partner.ask(node, id=hidden["id"]))["node"] is None
            assert (await staff.ask("{ changes { nodes { author } } }"))["changes"]["nodes"] == [
                {"author": "token:ann"}
            ]

            async def told(token: str, query: str) -> str:
                headers = {"authorization": f"Bearer {token}"}
                answer = await client.post(f"{address}/graphql", json={"query": query}, headers=headers)
                return str(answer.json()["errors"][0]["extensions"]["code"])

            write = 'mutation { raiseRecommendation(input: {title: "一", district: "330109"}) { __typename } }'
            assert await told(signed(claims()), write) == "FORBIDDEN"
            assert await told(signed(claims(aud="x")), "{ __typename districts { name } }") == "UNAUTHENTICATED"
            assert await told("yz_nobody", "{ districts { name } }") == "UNAUTHENTICATED"
            # A webhook belongs to a key, and this is none.
            assert await told(signed(claims()), "{ webhooks { id } }") == "FORBIDDEN"
        # What a token watches ends with it.
        ending = signed(claims(exp=int(time.time()) - LEEWAY + 4))
        async with watching(address, ending) as watched:
            number = await watched.start(CHANGED)
            message = await watched.next()
            assert [each["extensions"]["code"] for each in message["payload"]["errors"]] == ["UNAUTHENTICATED"]
            assert await watched.next() == {"id": number, "type": "complete"}


def test_no_key_may_be_called_as_people_with_tokens_are(own_hangzhou: str) -> None:
    code, _, complaint = run("keys", "issue", "token:ann", "--district", "330114", DATABASE_URL=own_hangzhou)
    assert (code, "Names that begin with token:" in complaint) == (1, True)


@pytest.mark.parametrize(
    "settings",
    [
        {"OIDC_ISSUER": ISSUER},
        {"OIDC_ISSUER": ISSUER, "OIDC_AUDIENCE": "a", "OIDC_JWKS": "k", "OIDC_ALGORITHMS": "HS256"},
        {"OIDC_ALGORITHMS": "none"},
        {"OIDC_CLAIMS": "colour=red"},
    ],
)
def test_settings_that_let_anybody_in_are_refused(settings: dict[str, str]) -> None:
    code, _, complaint = run("config", "show", **settings)
    assert (code, "OIDC" in complaint, "Traceback" in complaint) == (1, True, False)
