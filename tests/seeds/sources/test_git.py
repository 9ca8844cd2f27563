import subprocess

import pytest
from support.loading import load_seeds

from aiev.errors import SeedError

GOOD = 'def twice(x):\n    """Return 2 * x."""\n    return 2 * x\n'


def git(folder, *arguments):
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path):
    folder = tmp_path / "numbers"
    (folder / "pkg").mkdir(parents=True)
    git(folder, "init", "-q")
    (folder / "LICENSE").write_text("Permission is hereby granted, free of charge, to any person")
    (folder / "pkg" / "twice é.py").write_text(GOOD)
    (folder / "link.py").symlink_to("/etc/passwd")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "first")
    return folder


def test_a_repository_gives_path_commit_blob_and_licence(repository):
    (repository / "pkg" / "later.py").write_text(GOOD.replace("2", "3"))
    (seed,) = load_seeds([repository]).seeds
    assert (seed.source, seed.repository, seed.licence) == ("pkg/twice é.py:1", "numbers", "MIT")
    assert seed.revision == git(repository, "rev-parse", "HEAD")
    assert seed.blob == git(repository, "hash-object", "pkg/twice é.py")


def test_a_repository_is_read_at_the_commit_that_is_named(repository):
    (repository / "pkg" / "twice é.py").write_text(GOOD.replace("2", "3"))
    git(repository, "commit", "-qam", "second")
    first = git(repository, "rev-parse", "HEAD~1")
    (seed,) = load_seeds([f"git:{repository}@HEAD~1"]).seeds
    assert (seed.content, seed.revision) == (GOOD.rstrip("\n"), first)
    bare = repository.parent / "bare.git"
    git(repository, "clone", "-q", "--bare", str(repository), str(bare))
    assert "3 * x" in load_seeds([f"git:{bare}"]).seeds[0].content
    assert "3 * x" in load_seeds([bare]).seeds[0].content


def test_a_repository_without_commits_is_a_folder_and_a_wrong_commit_an_error(repository, tmp_path):
    with pytest.raises(SeedError, match="no commit 'nowhere' in this git repository"):
        load_seeds([f"git:{repository}@nowhere"])
    with pytest.raises(SeedError, match="no git repository at"):
        load_seeds([f"git:{tmp_path / 'home'}"])
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    git(fresh, "init", "-q")
    (fresh / "a.py").write_text(GOOD)
    assert load_seeds([fresh]).seeds[0].revision == ""


def test_a_repositorys_own_hooks_and_monitors_never_run(repository):
    marker = repository.parent / "ran"
    for name in ("core.fsmonitor", "core.pager", "core.sshCommand"):
        git(repository, "config", name, f"touch {marker}; false")
    assert load_seeds([repository]).seeds
    assert not marker.exists()
