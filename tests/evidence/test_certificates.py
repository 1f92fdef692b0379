"""What cannot sign content credentials is refused in words before a long run."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from redact.errors import UsageError
from redact.evidence import load_credentials

from .authority import PEM, Signer, certificate, make_signer, write_key


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return make_signer(tmp_path)


def test_a_chain_and_its_key_are_taken(signer: Signer) -> None:
    found = load_credentials(signer.chain, signer.key, None)
    assert found.algorithm == "es256" and len(found.sha256) == 64
    assert found.chain.count(b"BEGIN CERTIFICATE") == 2
    assert "PRIVATE" not in repr(found)


def test_a_passphrase_is_needed_where_there_is_one(tmp_path: Path) -> None:
    root, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    chain, key = tmp_path / "c.pem", tmp_path / "k.pem"
    chain.write_bytes(certificate("Clerk", own.public_key(), "Authority", root).public_bytes(PEM))
    write_key(own, key, b"secret")
    assert b"ENCRYPTED" not in load_credentials(chain, key, b"secret").key
    for wrong in (None, b"other"):
        with pytest.raises(UsageError, match="passphrase is wrong"):
            load_credentials(chain, key, wrong)


def test_a_signer_that_signs_itself_is_refused(tmp_path: Path) -> None:
    own = ec.generate_private_key(ec.SECP256R1())
    chain, key = tmp_path / "c.pem", tmp_path / "k.pem"
    chain.write_bytes(certificate("Me", own.public_key(), "Me", own).public_bytes(PEM))
    write_key(own, key)
    with pytest.raises(UsageError, match="signed by itself") as found:
        load_credentials(chain, key, None)
    assert "authority" in found.value.hint


def test_what_else_cannot_sign_is_refused(tmp_path: Path, signer: Signer) -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    stranger, empty = tmp_path / "stranger.key", tmp_path / "empty.pem"
    write_key(other, stranger)
    empty.write_text("no certificate")
    root = tmp_path / "root.pem"
    middle = certificate("Sub", other.public_key(), "Top", other, authority=True)
    root.write_bytes(middle.public_bytes(PEM))
    for chain, key, words in (
        (signer.chain, stranger, "is not the key of the first certificate"),
        (empty, signer.key, "holds no certificate"),
        (tmp_path / "gone.pem", signer.key, "cannot be read"),
        (signer.chain, empty, "holds no private key"),
        (root, stranger, "an authority's"),
    ):
        with pytest.raises(UsageError, match=words):
            load_credentials(chain, key, None)
    (tmp_path / "old").mkdir()
    old = make_signer(tmp_path / "old", days=-3)
    with pytest.raises(UsageError, match="and not now"):
        load_credentials(old.chain, old.key, None)
