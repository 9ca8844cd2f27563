import hashlib
import json

from support.exports import ALL, contents


def test_the_manifest_has_the_hash_of_every_file(tmp_path, exported):
    exported(*ALL)
    files = json.loads((tmp_path / "out/manifest.json").read_text())["files"]
    found = contents(tmp_path / "out")
    del found["manifest.json"]
    assert {name: entry["sha256"] for name, entry in files.items()} == {
        name: hashlib.sha256(data).hexdigest() for name, data in found.items()
    }
