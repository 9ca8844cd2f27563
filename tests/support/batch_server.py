"""A provider with a batch API in a process of its own, as OpenAI's documentation describes it: `batch_server.py`.

Prints its address. A batch stays `in_progress` until somebody posts to /control how it ends: {"finish": status,
"failing": number of requests that fail, "unanswered": number that the end comes too early for}. /counts says how often
each question was answered, by batch and live: that is what would have to be paid. "content" is what all replies say.
"""

import asyncio
import hashlib
import json
import sys
from collections import Counter

from aiohttp import web

FILES, BATCHES, PAID, LIVE = {}, {}, Counter(), Counter()
PLAN = {"finish": "", "failing": 0, "unanswered": 0, "hang": "", "content": ""}


def completion(body):
    digest = hashlib.sha256(json.dumps(body["messages"]).encode()).hexdigest()[:8]
    content = PLAN["content"] or f"Write a Python function `f{digest}(x)` that returns x."
    message = {"role": "assistant", "content": content}
    usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    return {
        "id": "c",
        "object": "chat.completion",
        "created": 1,
        "model": "m-2026",
        "choices": [choice],
        "usage": usage,
    }


def add_file(data):
    name = f"file-{len(FILES) + 1}"
    FILES[name] = data
    return name


async def upload(request):
    form = await request.post()
    if form["purpose"] != "batch":
        return web.json_response({"error": {"message": "wrong purpose"}}, status=400)
    name = add_file(form["file"].file.read())
    if PLAN["hang"] == "upload":
        await asyncio.sleep(600)
    return web.json_response(
        {
            "id": name,
            "object": "file",
            "bytes": 1,
            "created_at": 1,
            "filename": "x",
            "purpose": "batch",
            "status": "processed",
        }
    )


async def create(request):
    body = await request.json()
    lines = [json.loads(line) for line in FILES[body["input_file_id"]].splitlines()]
    name = f"batch-{len(BATCHES) + 1}"
    BATCHES[name] = {
        "id": name,
        "object": "batch",
        "endpoint": body["endpoint"],
        "input_file_id": body["input_file_id"],
        "completion_window": body["completion_window"],
        "status": "in_progress",
        "created_at": 4_000_000_000 + len(BATCHES),
        "metadata": body.get("metadata"),
        "request_counts": {"total": len(lines), "completed": 0, "failed": 0},
    }
    if PLAN["hang"] == "create":
        await asyncio.sleep(600)
    return web.json_response(BATCHES[name])


def finish(batch, status):
    lines = [json.loads(line) for line in FILES[batch["input_file_id"]].splitlines()]
    late = len(lines) - PLAN["unanswered"]
    answers, errors = [], []
    for number, line in enumerate(lines[:late]):
        if number < PLAN["failing"]:
            body = {"error": {"message": "the content is not allowed", "code": "content_policy"}}
            response = {"status_code": 400, "request_id": "r", "body": body}
            errors.append({"id": "b", "custom_id": line["custom_id"], "response": response, "error": None})
        else:
            PAID[line["custom_id"]] += 1
            response = {"status_code": 200, "request_id": "r", "body": completion(line["body"])}
            answers.append({"id": "b", "custom_id": line["custom_id"], "response": response, "error": None})
    for line in lines[late:]:
        error = {"code": "batch_expired", "message": "This request could not be executed before the window expired."}
        errors.append({"id": "b", "custom_id": line["custom_id"], "response": None, "error": error})
    batch["status"] = status
    batch["request_counts"] = {"total": len(lines), "completed": len(answers), "failed": len(errors)}
    if status == "failed":
        batch["errors"] = {"object": "list", "data": [{"code": "invalid", "message": "line 1 is not valid", "line": 1}]}
        return
    for key, entries in (("output_file_id", answers), ("error_file_id", errors)):
        if entries:
            batch[key] = add_file("".join(json.dumps(entry) + "\n" for entry in entries).encode())


async def retrieve(request):
    batch = BATCHES[request.match_info["id"]]
    if PLAN["finish"] and batch["status"] == "in_progress":
        finish(batch, PLAN["finish"])
    return web.json_response(batch)


async def cancel(request):
    batch = BATCHES[request.match_info["id"]]
    finish(batch, "cancelled")
    return web.json_response(batch | {"status": "cancelling"})


async def listing(_request):
    newest = list(reversed(BATCHES.values()))
    return web.json_response({"object": "list", "data": newest, "has_more": False})


async def content(request):
    return web.Response(body=FILES[request.match_info["id"]])


async def chat(request):
    body = await request.json()
    LIVE[json.dumps(body["messages"])] += 1
    return web.json_response(completion(body))


async def control(request):
    PLAN.update(await request.json())
    return web.json_response(PLAN)


async def counts(_request):
    return web.json_response(
        {"batches": len(BATCHES), "files": len(FILES), "paid": list(PAID.values()), "live": list(LIVE)}
    )


async def main():
    app = web.Application(client_max_size=2**28)
    app.router.add_post("/v1/files", upload)
    app.router.add_get("/v1/files/{id}/content", content)
    app.router.add_post("/v1/batches", create)
    app.router.add_get("/v1/batches", listing)
    app.router.add_get("/v1/batches/{id}", retrieve)
    app.router.add_post("/v1/batches/{id}/cancel", cancel)
    app.router.add_post("/v1/chat/completions", chat)
    app.router.add_post("/control", control)
    app.router.add_get("/counts", counts)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stdout.write(f"http://127.0.0.1:{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
