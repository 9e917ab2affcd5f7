"""The hall's own certificate authority: for stations on other machines than the broker's.

Nobody else trusts it, and it trusts nobody else. Making it again keeps what is good for a
while yet, and renews the rest.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from msgspec import Struct

from hall.errors import BadFile
from upkeep.credentials import write_whole

AUTHORITY_DAYS = 20 * 365
CERTIFICATE_DAYS = 3 * 365
RENEW_DAYS = 90  # whoever provisions again within this time gets a new one
SKEW = timedelta(days=2)  # a station's clock may be wrong before it ever reached a time server


class Pair(Struct, frozen=True):
    """A certificate and its key, as files."""

    certificate: Path
    key: Path

    @property
    def expires_at(self) -> datetime:
        """Raises BadFile if there is no certificate to be read."""
        return _read(self.certificate).not_valid_after_utc


def authority(place: Path, hall: str, now: datetime) -> Pair:
    """The hall's authority, made if there is none. Raises BadFile."""
    pair = Pair(place / "ca.pem", place / "ca.key")
    if not (pair.certificate.is_file() and pair.key.is_file()):
        name = _name(f"jiaohao {hall}")
        key = ec.generate_private_key(ec.SECP256R1())
        builder = (
            _valid(x509.CertificateBuilder(), now, AUTHORITY_DAYS)
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(signs=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        _write(pair, key, builder.sign(key, hashes.SHA256()))
    return pair


def certificate(pair: Pair, by: Pair, name: str, now: datetime, addresses: Sequence[str] = ()) -> bool:
    """Make the certificate of a station, or with `addresses` of the broker, unless a good one stands there; whether one
    was made. Raises BadFile."""
    if _is_good(pair, by, now, addresses):
        return False
    issuer = _read(by.certificate)
    signer = serialization.load_pem_private_key(by.key.read_bytes(), None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    purpose = ExtendedKeyUsageOID.SERVER_AUTH if addresses else ExtendedKeyUsageOID.CLIENT_AUTH
    builder = (
        _valid(x509.CertificateBuilder(), now, CERTIFICATE_DAYS)
        .subject_name(_name(name))
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if addresses:
        builder = builder.add_extension(x509.SubjectAlternativeName([_general(a) for a in addresses]), critical=False)
    _write(pair, key, builder.sign(signer, hashes.SHA256()))
    return True


def _is_good(pair: Pair, by: Pair, now: datetime, addresses: Sequence[str]) -> bool:
    if not (pair.certificate.is_file() and pair.key.is_file()):
        return False
    found = _read(pair.certificate)
    try:
        found.verify_directly_issued_by(_read(by.certificate))
    except (InvalidSignature, ValueError, TypeError):  # of another authority: made anew
        return False
    told: list[x509.GeneralName] = []
    if addresses:
        told = list(found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    return found.not_valid_after_utc - now > timedelta(days=RENEW_DAYS) and told == [_general(a) for a in addresses]


def _general(address: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(address))
    except ValueError:
        return x509.DNSName(address)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _valid(builder: x509.CertificateBuilder, now: datetime, days: int) -> x509.CertificateBuilder:
    return builder.not_valid_before(now - SKEW).not_valid_after(now + timedelta(days=days))


def _key_usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _read(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        raise BadFile((f"{path}: no certificate can be read from it ({error}): delete it and provision again",)) from (
            error
        )


def _write(pair: Pair, key: ec.EllipticCurvePrivateKey, made: x509.Certificate) -> None:
    pair.certificate.parent.mkdir(parents=True, exist_ok=True)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_whole(pair.key, private.decode())
    write_whole(pair.certificate, made.public_bytes(serialization.Encoding.PEM).decode())


def utc(seconds: float) -> datetime:
    """A wall time as certificates tell it."""
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=0)
