"""A certificate for 127.0.0.1 that only those trust who are given it. Made by the openssl program."""

import shutil
import ssl
import subprocess
from pathlib import Path


def certificate(directory: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS context, and the file for whoever shall trust it. Raises FileNotFoundError without openssl."""
    program = shutil.which("openssl")
    if program is None:
        raise FileNotFoundError("openssl is not installed")
    key, cert = directory / "key.pem", directory / "cert.pem"
    subprocess.run(
        [
            program, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert),
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context, cert
