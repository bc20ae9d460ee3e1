"""Signs a command as a door of the county, and prints the record's headers as JSON. Needs `cryptography` (PyPI).

    tillsammans keys new SRM/my-system --kind system --file my-system.jwk
    python3 Examples/signing/sign.py my-system.jwk head-school service ID SOURCE TYPE < data.json
"""

import base64
import datetime
import hashlib
import json
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unbase64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def compact(value: dict) -> str:
    return base64url(json.dumps(value, separators=(",", ":")).encode())


def sign(jwk: dict, person: str, assurance: str, event: dict, data: bytes, now: int) -> str:
    """The value of the CloudEvents extension `actor`."""
    header = {"alg": "EdDSA", "kid": jwk["kid"], "typ": "actor+jwt"}
    claims = {
        "iss": jwk["door"],
        "sub": person,
        "acr": assurance,
        "auth_time": now,
        "iat": now,
        "event": {
            "id": event["id"],
            "type": event["type"],
            "source": event["source"],
            "time": event["time"],
            "sha256": base64url(hashlib.sha256(data).digest()),
        },
    }
    signed = compact(header) + "." + compact(claims)
    key = Ed25519PrivateKey.from_private_bytes(unbase64url(jwk["d"]))
    return signed + "." + base64url(key.sign(signed.encode()))


def main() -> None:
    file, person, assurance, identifier, source, kind = sys.argv[1:7]
    with open(file) as text:
        jwk = json.load(text)
    data = sys.stdin.buffer.read()
    now = datetime.datetime.now(datetime.timezone.utc)
    event = {"id": identifier, "type": kind, "source": source, "time": now.strftime("%Y-%m-%dT%H:%M:%SZ")}
    headers = {"ce_specversion": "1.0", "content-type": "application/json"}
    headers |= {"ce_" + name: value for name, value in event.items()}
    headers["ce_actor"] = sign(jwk, person, assurance, event, data, int(now.timestamp()))
    print(json.dumps(headers))


if __name__ == "__main__":
    main()
