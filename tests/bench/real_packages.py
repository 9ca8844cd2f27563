"""Real source code to measure and show with: large permissively licensed packages, from wheels that pip downloads.

`python tests/bench/real_packages.py FOLDER` fetches what is not there yet and unpacks the sources of each wheel into
`FOLDER/sources/NAME-VERSION/`, with the metadata that names its licence. Nothing is installed or executed.
"""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

PACKAGES = (
    *("tensorflow", "torch", "transformers", "scipy", "numpy", "pandas", "scikit-learn", "sympy", "jax", "networkx"),
    *("homeassistant", "apache-airflow-core", "ray", "pymatgen", "statsmodels", "astropy", "scikit-image"),
    *("django", "sqlalchemy", "matplotlib", "dask", "xarray", "biopython", "mlflow", "diffusers", "keras", "nltk"),
    *("onnx", "bokeh", "moto", "twisted", "ibis-framework", "qiskit", "pennylane", "monai", "paddlepaddle"),
    *("mne", "nilearn", "sktime", "pymc", "pytensor", "numba", "cvxpy", "geopandas", "pyvista", "kornia", "timm"),
    *("tensorflow-probability", "flax", "langchain-community", "llama-index-core", "spacy", "streamlit", "gradio"),
    *("torch-geometric", "torchvision", "cupy-cuda12x", "librosa", "sunpy", "trimesh", "dagster", "prefect", "mypy"),
    *("holoviews", "plotly", "google-cloud-aiplatform", "sagemaker", "conan", "metpy", "yt", "optax", "deepchem"),
    *("accelerate", "datasets", "peft", "sentence-transformers", "azure-cli", "apache-superset", "lightning", "dgl"),
    *("tensorflow-datasets", "cirq-core", "qutip", "dipy", "pyro-ppl", "speechbrain", "lm-eval", "sglang"),
    *("mindspore", "megatron-core", "nemo-toolkit", "dask-expr", "pandapower", "hypothesis", "nibabel"),
)
"""All under MIT, BSD, Apache-2.0, PSF or alike."""
_SOURCES = re.compile(
    r"\.(?:py|js|mjs|cjs|ts|mts|cts|java|cpp|cc|cxx|hpp|hh|hxx|rs|go|sh|bash)$"
    r"|(?:^|/)(?:LICEN[CS]E|COPYING)[^/]*$|\.dist-info/(?:METADATA|RECORD)$"
)


def fetch(folder: Path, packages: tuple[str, ...] = PACKAGES) -> Path:
    """The folder of unpacked sources; what cannot be had is said on standard error."""
    wheels, sources = folder / "wheels", folder / "sources"
    wheels.mkdir(parents=True, exist_ok=True)
    sources.mkdir(exist_ok=True)
    for package in packages:
        stem = package.replace("-", "_").lower()
        if not any(path.name.lower().startswith(f"{stem}-") for path in sources.iterdir()):
            _fetch(package, wheels, sources)
    return sources


def _fetch(package: str, wheels: Path, sources: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    done = subprocess.run(
        [*command, "--only-binary", ":all:", "--dest", str(wheels), package],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.stderr.write(f"{package}: not to be had: {done.stderr.strip().splitlines()[-1]}\n")
        return
    stem = package.replace("-", "_").lower()
    for wheel in wheels.glob("*.whl"):
        if wheel.name.lower().startswith(f"{stem}-"):
            unpack(wheel, sources / "-".join(wheel.name.split("-")[:2]))
            wheel.unlink()


def unpack(wheel: Path, target: Path) -> None:
    """Unpack the sources of a wheel, and what says its licence."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if _SOURCES.search(name)]
        archive.extractall(target, members=names)


if __name__ == "__main__":
    sys.stdout.write(f"{fetch(Path(sys.argv[1]))}\n")
