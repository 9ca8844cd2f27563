"""The pages: each is read from the database in a thread and rendered by a template.

Invariants: each page has a connection of its own; the only thing that a request can change is a label; a page that
fails says why in one line.
"""

from __future__ import annotations

import asyncio
import logging
import shlex
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeVar

from datasette.utils.asgi import AsgiStream, Response

from aiev.errors import AievError, UsageError
from aiev.store.reading.browsing import BrowseReader
from aiev.store.reading.conversations import ConversationReader
from aiev.store.reading.read_only import ReadOnly
from aiev.store.records import LABELS
from aiev.store.writing.labels import save_label
from aiev.view.documents import conversation_document
from aiev.view.safe import safe
from aiev.view.verdicts import other_error_classes, verdict_runs
from aiev.view.web import downloads
from aiev.view.web.conversation import conversation_page
from aiev.view.web.excerpts import MAX_LOOKED, excerpt
from aiev.view.web.overview import overview
from aiev.view.web.selection import PAGE, TITLES, Selected, Selection, select

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aiev.store.reading.following import FollowedIndex
    from aiev.store.reading.listing import ListedConversation

_Made = TypeVar("_Made")
_NOT_FOUND, _BAD, _BROKEN = 404, 400, 500
_LOG = logging.getLogger(__name__)


class Pages:
    """Answers requests about one database."""

    def __init__(self, db: Path, index: FollowedIndex) -> None:
        self._db = db
        self._index = index

    async def home(self, request: Any, datasette: Any) -> Any:
        """The figures of all runs, or of the one that the query names."""
        run = request.args.get("run") or ""
        return await self._page(request, datasette, "overview", lambda db: self._home(db, run))

    async def conversations(self, request: Any, datasette: Any) -> Any:
        """The list, with facets and search."""
        selection = _selection(request)
        return await self._page(request, datasette, "conversations", lambda db: self._list(db, selection))

    async def conversation(self, request: Any, datasette: Any) -> Any:
        """One conversation, with its neighbours in the selection that the query names."""
        key, selection = request.url_vars["id"], _selection(request)
        return await self._page(request, datasette, "conversation", lambda db: self._one(db, key, selection))

    async def conversation_data(self, request: Any, datasette: Any) -> Any:
        """One conversation as JSON, nothing cut."""
        key = request.url_vars["id"]

        def make(db: ReadOnly) -> dict[str, Any]:
            reader = ConversationReader(db)
            return conversation_document(reader.conversation(key), reader)

        return await self._answer(request, datasette, make, Response.json)

    async def message_text(self, request: Any, datasette: Any) -> Any:
        """One message as plain text, nothing cut."""
        key, position = request.url_vars["id"], int(request.url_vars["position"][:9])

        def make(db: ReadOnly) -> str:
            messages = ConversationReader(db).conversation(key).messages
            if position >= len(messages):
                raise UsageError(f"conversation {key} has no message {position}")
            return messages[position].content

        return await self._answer(request, datasette, make, Response.text)

    async def label(self, request: Any, datasette: Any) -> Any:
        """Label a conversation, then show it again."""
        if request.method != "POST":
            return Response.text("A label is set by POST.\n", status=405, headers={"allow": "POST"})
        sent, key = await request.post_vars(), request.url_vars["id"]
        label, note, selection = sent.get("label", ""), sent.get("note", ""), _selection(request)

        def make(db: ReadOnly) -> str:
            rowid = BrowseReader(db).rowid(key)
            save_label(self._db, key, label, note)
            self._index.relabel(rowid, label)
            return f"/conversations/{key}{selection.query()}"

        return await self._answer(request, datasette, make, lambda where: Response.redirect(where, status=303))

    async def export(self, request: Any, datasette: Any) -> Any:
        """The conversations of a selection as JSON lines or CSV, in the order of the list."""
        selection, kind = _selection(request), request.url_vars["format"]

        def make(db: ReadOnly) -> list[int]:
            selected = self._selected(BrowseReader(db), selection)
            return list(selected.index.rowids_of(selected.bits))

        def answer(rowids: list[int]) -> Any:
            headers = {"content-disposition": f'attachment; filename="conversations.{kind}"'}
            writer = downloads.WRITERS[kind](self._db, rowids)
            return AsgiStream(writer.write, headers=headers, content_type=writer.content_type)

        return await self._answer(request, datasette, make, answer)

    async def live(self, request: Any, datasette: Any) -> Any:
        """The progress of a run, for a page that follows it."""

        def make(_: ReadOnly) -> dict[str, Any]:
            index = self._index.current()
            statuses = dict(index.counts("status", index.everything))
            return {"generation": self._index.generation, "total": index.size, "statuses": statuses}

        return await self._answer(request, datasette, make, Response.json)

    def _home(self, db: ReadOnly, run: str) -> dict[str, Any]:
        return overview(db, self._index.current(), run)

    def _list(self, db: ReadOnly, selection: Selection) -> dict[str, Any]:
        reader = BrowseReader(db)
        selected = self._selected(reader, selection)
        pages = max(1, -(-selected.count // PAGE))
        number = min(selection.page, pages)
        rowids = selected.index.page(selected.bits, (number - 1) * PAGE, PAGE)
        texts = reader.beginnings(rowids, MAX_LOOKED) if selection.text else {}
        return {
            "selection": selection,
            "facets": selected.facets(),
            "titles": TITLES,
            "count": selected.count,
            "total": selected.index.size,
            "rows": [_row(row, selection, texts.get(row.id, [])) for row in reader.listed(rowids)],
            "page": number,
            "pages": pages,
            "previous": "/conversations" + selection.query(page=number - 1) if number > 1 else "",
            "next": "/conversations" + selection.query(page=number + 1) if number < pages else "",
            "export": shlex.join(["aiev", "export", self._db.name, *selection.export_options()[0]]),
            "not_exported": selection.export_options()[1],
            "command": shlex.join(["aiev", "inspect", self._db.name, *selection.options(), "--json"]),
        }

    def _one(self, db: ReadOnly, key: str, selection: Selection) -> dict[str, Any]:
        conversations, reader = ConversationReader(db), BrowseReader(db)
        shown = conversation_page(conversations.conversation(key), conversations)
        selected = self._selected(reader, selection)
        place: dict[str, Any] = {"previous": "", "next": "", "number": 0, "count": selected.count}
        try:
            before, after, number = selected.index.neighbours(selected.bits, reader.rowid(shown["id"]))
        except ValueError:  # begun since the index was made
            before = after = None
        else:
            place["number"] = number + 1
        ids = reader.ids([rowid for rowid in (before, after) if rowid is not None])
        for name, rowid in (("previous", before), ("next", after)):
            if rowid is not None:
                place[name] = f"/conversations/{ids[rowid]}{selection.query()}"
        back = "/conversations" + selection.query(page=max(0, place["number"] - 1) // PAGE + 1)
        return {"conversation": shown, "selection": selection, "place": place, "back": back, "label_names": LABELS}

    def _selected(self, reader: BrowseReader, selection: Selection) -> Selected:
        return select(selection, self._index.current(), reader)

    async def _page(self, request: Any, datasette: Any, name: str, make: Callable[[ReadOnly], dict[str, Any]]) -> Any:
        """A page from its template."""

        def with_generation(db: ReadOnly) -> dict[str, Any]:
            return make(db) | {"generation": self._index.generation, "file": safe(self._db.name), "here": name}

        async def show(context: dict[str, Any]) -> Any:
            return Response.html(await datasette.render_template(f"aiev_{name}.html", context, request=request))

        return await self._answer(request, datasette, with_generation, show)

    async def _answer(
        self, request: Any, datasette: Any, make: Callable[[ReadOnly], _Made], answer: Callable[[_Made], Any]
    ) -> Any:
        """Answer with what `make` reads from the database in a thread, or with its error."""

        def in_thread() -> _Made:
            with ReadOnly(self._db) as db:
                return make(db)

        try:
            made = await asyncio.to_thread(in_thread)
        except AievError as error:
            return await self.problem(request, datasette, error)
        shown = answer(made)
        return await shown if asyncio.iscoroutine(shown) else shown

    async def problem(self, request: Any, datasette: Any, error: Exception) -> Any:
        """An error in one line; an unexpected one is also logged, without the values of variables."""
        if isinstance(error, UsageError):
            status = _BAD if request.method == "POST" else _NOT_FOUND
        else:
            status = getattr(error, "status", _BROKEN)
        if isinstance(error, AievError) or status != _BROKEN:
            message = safe(str(error).split("\n")[0]) or "There is no such page."
        else:
            message = f"This page failed: {type(error).__name__}; the terminal of `aiev serve` says more."
            _LOG.error("%s failed", request.path, exc_info=error)
        if request.path.endswith((".json", ".txt", ".csv", ".jsonl")):
            return Response.json({"error": message}, status=status)
        context = {"message": message, "status": status, "file": safe(self._db.name), "here": "", "generation": 0}
        page = await datasette.render_template("aiev_problem.html", context, request=request)
        return Response.html(page, status=status)


def _selection(request: Any) -> Selection:
    return Selection.from_query({name: request.args.get(name) or "" for name in request.args})


def _row(row: ListedConversation, selection: Selection, texts: list[str]) -> dict[str, Any]:
    """A line of the list, with every text safe to show."""
    shown = {name: safe(value) if isinstance(value, str) else value for name, value in asdict(row).items()}
    return shown | {
        "link": f"/conversations/{row.id}{selection.query()}",
        "excerpt": [(safe(piece), hit) for piece, hit in excerpt(texts, selection.text)],
        "title": shown["problem"].strip().split("\n")[0] or shown["reason"] or "(no messages yet)",
        "classes": [safe(name) for name in other_error_classes(row)][:3],
        "verdict_list": verdict_runs(row),
        "started": row.started_at[:16].replace("T", " "),
    }
