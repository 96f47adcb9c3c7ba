"""Messages go where they are to go, to the host they are for, and nowhere else."""

import datetime
import ipaddress
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from receiving import Receiver

from resolvers.errors import BadArgument
from resolvers.sending import Sender, checked_url, is_public

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "url",
    ["ftp://example.org", "example.org", "https://", "https://a:b@example.org", "https://example.org/#x", "http://x:0"],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(BadArgument):
        checked_url(url)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[::]", "2130706433"])
async def test_nothing_is_sent_into_a_private_network(host: str) -> None:
    with Receiver().listening() as receiver:
        sender = Sender()
        answer = await sender.send(f"http://{host}:{receiver.port}/", "whsec_AAAA", "msg_1", b"{}")
        await sender.close()
    assert (answer.status, answer.is_received, receiver.messages) == (None, False, [])
    assert answer.error == "its name leads to an address that is not on the public internet"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("::ffff:8.8.8.8", True),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:10.0.0.1", False),
        ("2002:a00:1::", False),
        ("64:ff9b::a00:1", False),
    ],
)
def test_an_address_is_one_of_the_public_internet_or_not(address: str, expected: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is expected


async def test_who_does_not_answer_is_not_waited_for() -> None:
    with Receiver(pause=1.0).listening() as receiver:
        sender = Sender(is_private=True, patience=0.2)
        answer = await sender.send(receiver.url, "whsec_AAAA", "msg_1", b"{}")
        await sender.close()
    assert (answer.status, answer.error) == (None, "no answer within 0.2 seconds")


def certificate(folder: Path, name: str) -> Path:
    """A file with a certificate for a name, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), 1, now - day, now + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    plain = serialization.NoEncryption()
    as_text = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + as_text)
    return path


@pytest.mark.parametrize(("name", "error"), [("localhost", None), ("elsewhere", "the connection failed")])
async def test_a_secure_host_has_to_be_the_one_of_the_url(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, error: str | None
) -> None:
    path = certificate(tmp_path, name)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with Receiver(tls=context).listening() as receiver:
        sender = Sender(is_private=True)
        answer = await sender.send(f"https://localhost:{receiver.port}/", "whsec_AAAA", "msg_1", b"{}")
        await sender.close()
    assert (answer.error, len(receiver.messages)) == (error, 0 if error else 1)
    assert [each.headers["host"] for each in receiver.messages] == ([] if error else [f"localhost:{receiver.port}"])


async def test_a_name_that_leads_nowhere_is_told() -> None:
    sender = Sender()
    answer = await sender.send("https://nothing.invalid/", "whsec_AAAA", "msg_1", b"{}")
    await sender.close()
    assert (answer.status, answer.error) == (None, "no address could be found for its name")
