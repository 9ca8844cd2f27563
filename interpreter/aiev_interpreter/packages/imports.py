"""Import names and the packages that provide them.

Invariant: a source text is searched line by line and never parsed, since a hostile text could crash the parser. Not
covered: imports that a program computes at run time.
"""

from __future__ import annotations

import re

from packaging.utils import canonicalize_name

_SAME_NAME = """
aiohttp attrs beartype boto3 cachetools click colorama cryptography faker fastapi flask gensim geopy httpx hypothesis
jinja2 joblib jsonschema lxml markdown matplotlib more_itertools msgpack multidict networkx nltk numba numpy openpyxl
orjson pandas parameterized patsy pendulum plotly polars psutil pyarrow pydantic pygments pyparsing pytest pytz regex
requests rich scipy seaborn shapely six sortedcontainers sqlalchemy statsmodels sympy tabulate toml tomli toolz tqdm
typer unidecode urllib3 werkzeug xlrd xmltodict yarl
"""
_OTHER_NAME = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "Crypto": "pycryptodome",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "PIL": "pillow",
    "pptx": "python-pptx",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "PyYAML",
}
KNOWN = {name: name for name in _SAME_NAME.split()} | _OTHER_NAME
"""Import names and their packages. Only well-known packages are listed: an invented name stays an import error, so
nobody gains anything by registering a package under it. Names that a program might have itself are left out."""
_MISNAMED = {
    "absl": "absl-py",
    "barcode": "python-barcode",
    "beautifulsoup": "beautifulsoup4",
    "Bio": "biopython",
    "bson": "pymongo",
    "community": "python-louvain",
    "decouple": "python-decouple",
    "discord": "discord.py",
    "dns": "dnspython",
    "faiss": "faiss-cpu",
    "fitz": "PyMuPDF",
    "git": "GitPython",
    "github": "PyGithub",
    "jose": "python-jose",
    "jwt": "PyJWT",
    "magic": "python-magic",
    "mpl_toolkits": "matplotlib",
    "multipart": "python-multipart",
    "nacl": "PyNaCl",
    "opencv": "opencv-python-headless",
    "opencv-contrib-python": "opencv-contrib-python-headless",
    "opencv-python": "opencv-python-headless",
    "OpenSSL": "pyOpenSSL",
    "pkg_resources": "setuptools",
    "psycopg2": "psycopg2-binary",
    "pylab": "matplotlib",
    "pytorch": "torch",
    "pywt": "PyWavelets",
    "rest_framework": "djangorestframework",
    "ruamel": "ruamel.yaml",
    "serial": "pyserial",
    "slugify": "python-slugify",
    "snappy": "python-snappy",
    "socks": "PySocks",
    "telegram": "python-telegram-bot",
    "umap": "umap-learn",
    "usb": "pyusb",
    "websocket": "websocket-client",
    "zmq": "pyzmq",
}
"""Further import names, and packages that serve without a screen or that pip knows under another name."""
PACKAGE_OF = {str(canonicalize_name(name)): package for name, package in (_OTHER_NAME | _MISNAMED).items()}
"""Normalised names that stand in an install line for a package of another name."""
_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import\b|import[ \t]+([\w., \t]+))", re.MULTILINE)
_OF_PYTEST = re.compile(
    r"^[ \t]*(?:async[ \t]+)?def[ \t]+(?:(?:setup|teardown)_(?:module|function|class)\b"
    r"|test\w*\([^()]*\b(?:capsys|capfd|caplog|monkeypatch|tmp_path|tmpdir|recwarn|request|mocker)\b)",
    re.MULTILINE,
)
"""Functions that only pytest calls, and its own fixtures, which tests use without importing it."""


def imported(*sources: str) -> set[str]:
    """Top-level names that Python sources appear to import, and pytest if they are written for it."""
    names: set[str] = set()
    for source in sources:
        for plain, listed in _IMPORT.findall(source):
            parts = [plain] if plain else listed.split(",")
            names |= {part.strip().partition(" ")[0].partition(".")[0] for part in parts}
    if any(_OF_PYTEST.search(source) for source in sources):
        names.add("pytest")
    return names - {""}
