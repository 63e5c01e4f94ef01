"""A certificate authority that lives as long as one test, and servers' certificates it signs."""

import ssl
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from rekindle.kit.clock import SystemClock

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """`trusting` is a client that believes it, `serving` a server at 127.0.0.1, `file` what an operator would name."""

    trusting: ssl.SSLContext
    serving: ssl.SSLContext
    file: Path


def make(folder: Path, *, host: str = "127.0.0.1") -> Authority:
    """An authority and a server certificate for `host`, by address or by name."""
    key, name = ec.generate_private_key(ec.SECP256R1()), _name("Throwaway Authority")
    limits = x509.BasicConstraints(ca=True, path_length=0)
    root = _builder(name, name, key.public_key()).add_extension(limits, critical=True)
    root = root.add_extension(_may_sign(), critical=True)
    root_key_id = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    authority = root.add_extension(root_key_id, critical=False).sign(key, hashes.SHA256())

    own = ec.generate_private_key(ec.SECP256R1())
    named = x509.DNSName(host) if host[0].isalpha() else x509.IPAddress(ip_address(host))
    leaf = _builder(_name("mail server"), name, own.public_key())
    leaf = leaf.add_extension(x509.SubjectAlternativeName([named]), critical=False)
    by = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(root_key_id)
    certificate = leaf.add_extension(by, critical=False).sign(key, hashes.SHA256())

    pem = serialization.Encoding.PEM
    chain, ca = folder / "server.pem", folder / "ca.pem"
    ca.write_bytes(authority.public_bytes(pem))
    plain = own.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    chain.write_bytes(certificate.public_bytes(pem) + plain)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(chain)
    return Authority(ssl.create_default_context(cafile=str(ca)), serving, ca)


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    at = SystemClock().now()
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    return made.serial_number(x509.random_serial_number()).not_valid_before(at - DAY).not_valid_after(at + DAY)


def _may_sign() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
