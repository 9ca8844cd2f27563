"""A stand-in for the Docker daemon's client: images that it has or can pull, and what was imported into it."""

from types import SimpleNamespace

from docker.errors import APIError, ImageNotFound


class Daemon:
    def __init__(self, here=(), registry=()):
        self.here, self.registry, self.pulled, self.imported = set(here), set(registry), [], []
        self.images = SimpleNamespace(
            get=self._get, pull=self._pull, get_registry_data=self._fetch, list=lambda **_: []
        )
        self.api = SimpleNamespace(import_image_from_file=self._import)

    def version(self):
        return {"Version": "20.10"}

    def close(self):
        pass

    def _get(self, name):
        if name not in self.here:
            raise ImageNotFound(name)

    def _fetch(self, name):
        if name not in self.registry:
            raise APIError("500", explanation="lookup registry-1.docker.io: no such host")

    def _pull(self, name):
        self._fetch(name)
        self.pulled.append(name)

    def _import(self, file, repository, tag):
        self.imported.append(f"{repository}:{tag}")
        self.here.add(f"{repository}:{tag}")
