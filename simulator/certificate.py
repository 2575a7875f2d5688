"""The gateway's self-signed certificate (G§2.7)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
import ssl
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def make(cls, *, not_before: datetime, days_valid: float) -> Certificate:
        """Return a new key with a certificate; the subject of a real gateway's is unknown (G§16)."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "simulated gateway")])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(not_before)
            .not_valid_after(not_before + timedelta(days=days_valid))
            .sign(key, hashes.SHA256())
        )
        return cls(certificate, key)

    @property
    def fingerprint(self) -> str:
        """SHA-256 fingerprint of the DER in hex."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    def install(self, context: ssl.SSLContext) -> None:
        """Use the certificate for new connections of a TLS context."""
        pem = self.certificate.public_bytes(serialization.Encoding.PEM) + self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "gateway.pem"
            path.write_bytes(pem)
            context.load_cert_chain(path)


def as_datetime(when: datetime | float) -> datetime:
    """Return an epoch or a time in any time zone as a time in UTC."""
    return when.astimezone(UTC) if isinstance(when, datetime) else datetime.fromtimestamp(when, UTC)
