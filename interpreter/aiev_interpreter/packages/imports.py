"""The packages that a program imports without a request to install them.

Invariant: a source text is searched line by line and never parsed, since a hostile text could crash the parser. Not
covered: imports that a program computes at run time.
"""

from __future__ import annotations

import re

_SAME_NAME = """
aiohttp attrs beartype boto3 cachetools click colorama cryptography faker fastapi flask gensim geopy httpx hypothesis
jinja2 joblib jsonschema lxml markdown matplotlib more_itertools msgpack multidict networkx nltk numba numpy openpyxl
orjson pandas parameterized patsy pendulum plotly polars psutil pyarrow pydantic pygments pyparsing pytest pytz regex
requests rich scipy seaborn shapely six sortedcontainers sqlalchemy statsmodels sympy tabulate toml tomli toolz tqdm
typer unidecode urllib3 werkzeug xlrd xmltodict yarl
"""
KNOWN = {name: name for name in _SAME_NAME.split()} | {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "pptx": "python-pptx",
    "PIL": "pillow",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "PyYAML",
}
"""Import names and their packages. Only well-known packages are listed: an invented name stays an import error, so
nobody gains anything by registering a package under it."""
_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import\b|import[ \t]+([\w., \t]+))", re.MULTILINE)


def imported(*sources: str) -> set[str]:
    """Top-level names that Python sources appear to import."""
    names: set[str] = set()
    for source in sources:
        for plain, listed in _IMPORT.findall(source):
            parts = [plain] if plain else listed.split(",")
            names |= {part.strip().partition(" ")[0].partition(".")[0] for part in parts}
    return names - {""}
