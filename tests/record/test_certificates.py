"""Certificates that cannot sign content credentials are refused before a long run."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from redact.errors import UsageError
from redact.record import load_credentials

from .authority import PEM, Signer, certificate, make_signer, write_key


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return make_signer(tmp_path)


def test_a_chain_and_its_key_are_accepted(signer: Signer) -> None:
    found = load_credentials(signer.chain, signer.key, None)
    assert found.algorithm == "es256" and len(found.sha256) == 64
    assert found.chain.count(b"BEGIN CERTIFICATE") == 2
    assert "PRIVATE" not in repr(found)


def test_an_encrypted_key_needs_its_passphrase(tmp_path: Path) -> None:
    root, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    chain, key = tmp_path / "c.pem", tmp_path / "k.pem"
    chain.write_bytes(certificate("Clerk", own.public_key(), "Authority", root).public_bytes(PEM))
    write_key(own, key, b"secret")
    assert b"ENCRYPTED" not in load_credentials(chain, key, b"secret").key
    for wrong in (None, b"other"):
        with pytest.raises(UsageError, match="passphrase is wrong"):
            load_credentials(chain, key, wrong)


def test_a_self_signed_certificate_is_refused(tmp_path: Path) -> None:
    own = ec.generate_private_key(ec.SECP256R1())
    chain, key = tmp_path / "c.pem", tmp_path / "k.pem"
    chain.write_bytes(certificate("Me", own.public_key(), "Me", own).public_bytes(PEM))
    write_key(own, key)
    with pytest.raises(UsageError, match="is self-signed") as found:
        load_credentials(chain, key, None)
    assert "authority" in found.value.hint


def test_other_unusable_certificates_are_refused(tmp_path: Path, signer: Signer) -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    stranger, empty = tmp_path / "stranger.key", tmp_path / "empty.pem"
    write_key(other, stranger)
    empty.write_text("no certificate")
    root = tmp_path / "root.pem"
    middle = certificate("Sub", other.public_key(), "Top", other, authority=True)
    root.write_bytes(middle.public_bytes(PEM))
    for chain, key, words in (
        (signer.chain, stranger, "is not the key of the first certificate"),
        (empty, signer.key, "contains no certificate"),
        (tmp_path / "gone.pem", signer.key, "cannot be read"),
        (signer.chain, empty, "contains no private key"),
        (root, stranger, "that of an authority"),
    ):
        with pytest.raises(UsageError, match=words):
            load_credentials(chain, key, None)
    (tmp_path / "old").mkdir()
    old = make_signer(tmp_path / "old", days=-3)
    with pytest.raises(UsageError, match="and not now"):
        load_credentials(old.chain, old.key, None)


def as_pem(der: bytes, words: str) -> bytes:
    return f"-----BEGIN {words}-----\n{b64encode(der).decode()}\n-----END {words}-----\n".encode()


def test_any_damage_to_a_certificate_is_explained(tmp_path: Path, signer: Signer) -> None:
    der = x509.load_pem_x509_certificates(signer.chain.read_bytes())[0].public_bytes(Encoding.DER)
    damaged = tmp_path / "damaged.pem"
    for at in range(len(der)):
        changed = der[:at] + bytes([der[at] ^ 0x15]) + der[at + 1 :]
        damaged.write_bytes(as_pem(changed, "CERTIFICATE"))
        try:
            load_credentials(damaged, signer.key, None)
        except UsageError as error:
            assert error.hint


def test_a_key_on_an_unknown_curve_is_refused(tmp_path: Path, signer: Signer) -> None:
    key = serialization.load_pem_private_key(signer.key.read_bytes(), None)
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    odd = tmp_path / "odd.key"
    odd.write_bytes(as_pem(der.replace(P256, P256[:-1] + b"\2"), "PRIVATE KEY"))
    with pytest.raises(UsageError, match="Curve") as found:
        load_credentials(signer.chain, odd, None)
    assert "P-256" in found.value.hint


P256 = bytes.fromhex("2a8648ce3d030107")
