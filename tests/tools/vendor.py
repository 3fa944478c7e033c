"""Lay the scripts of others that ``vendor.toml`` names into ``blog/static/vendor/``.

    python tests/tools/vendor.py

Each package comes through ``npm pack`` and is refused unless it is, to the byte, the
one whose hash is written down. A new version is a change of that file.
"""

import base64
import hashlib
import subprocess
import tarfile
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
VENDOR = HERE.parents[1] / "blog" / "static" / "vendor"


def packages():
    """What ``vendor.toml`` names."""
    return tomllib.loads((HERE / "vendor.toml").read_text("utf-8"))["package"]


def destinations(package):
    """Where each file of the package lies, and the hash it must have."""
    folder = VENDOR / package["folder"]
    return {
        folder / Path(name).name: digest for name, digest in package["files"].items()
    }


def fetch(package, folder):
    """The package as npm has it, checked."""
    spec = f"{package['name']}@{package['version']}"
    line = ["npm", "pack", "--ignore-scripts", "--silent", spec]
    packed = subprocess.run(
        line, cwd=folder, check=True, capture_output=True, text=True
    )
    archive = folder / packed.stdout.decode().splitlines()[-1]
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != package["integrity"]:
        raise SystemExit(f"{spec} is not what it was: sha512-{digest}")
    return archive


def main():
    """Fetch, check and lay down every package."""
    for package in packages():
        with tempfile.TemporaryDirectory() as folder:
            archive = fetch(package, Path(folder))
            with tarfile.open(archive) as files:
                for name, digest in package["files"].items():
                    content = files.extractfile(f"package/{name}").read()
                    found = hashlib.sha256(content).hexdigest()
                    if found != digest:
                        raise SystemExit(f"{package['name']} {name}: sha256 {found}")
                    place = VENDOR / package["folder"] / Path(name).name
                    place.parent.mkdir(parents=True, exist_ok=True)
                    place.write_bytes(content)
                    print(place.relative_to(VENDOR))


if __name__ == "__main__":
    main()
