"""Several endpoints behind one name: real servers in processes of their own, one of them killed."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from aiev_agents.clients.openai import Endpoint, OpenAIChatModel
from aiev_agents.clients.pool import Circuit, PooledChatModel
from aiev_agents.clients.scripted import ScriptedChatModel
from aiev_agents.errors import ModelRefused, ModelUnavailable, RequestRejected
from aiev_agents.messages import ChatReply, ChatRequest

SERVER = str(Path(__file__).parents[2] / "support" / "chat_server.py")
QUICK = Circuit(failures=2, cool_down_seconds=0.05, longest_seconds=0.2)


def request(text="x"):
    return ChatRequest(model="m", turns=(("user", text),))


@pytest.fixture
def server():
    """Start a server; returns its address and its process."""
    started = []

    def start(name, status=200, port=0):
        process = subprocess.Popen(
            [sys.executable, SERVER, name, str(status), str(port)], stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        return process.stdout.readline().strip(), process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
async def pool_of():
    opened = []

    def make(*addresses, retry_seconds=30.0, names=()):
        ends = [
            Endpoint(base_url=address, model=name, retry_seconds=0, timeout_seconds=20)
            for address, name in zip(addresses, names or ["m"] * len(addresses), strict=True)
        ]
        members = [(end.base_url, OpenAIChatModel(end)) for end in ends]
        opened.append(PooledChatModel("m", members, retry_seconds=retry_seconds, circuit=QUICK))
        return opened[-1]

    yield make
    for pool in opened:
        await pool.close()


async def test_work_is_spread_over_all_endpoints_and_counted_for_each(server, pool_of):
    pool = pool_of(*(server(name)[0] for name in "abc"))
    replies = await asyncio.gather(*(pool.chat(request(str(number))) for number in range(60)))
    assert [reply.content[-2:].strip() for reply in replies] == [str(number) for number in range(60)]
    figures = pool.figures()
    assert sum(each.answered for each in figures) == 60
    assert min(each.answered for each in figures) >= 10
    assert [each.completion_tokens for each in figures] == [2 * each.answered for each in figures]
    assert {(each.in_flight, each.failed, each.state) for each in figures} == {(0, 0, "open for requests")}


async def test_an_endpoint_that_is_killed_in_the_middle_loses_nothing_and_is_used_again_when_it_is_back(
    server, pool_of
):
    addresses, processes = zip(*(server(name) for name in "abc"), strict=True)
    pool = pool_of(*addresses)
    left, said = iter(range(300)), []

    async def worker():
        for number in left:
            said.append((await pool.chat(request(str(number)))).content.split()[-1])
            if len(said) == 60:
                processes[1].kill()

    await asyncio.gather(*(worker() for _ in range(20)))
    assert sorted(map(int, said)) == list(range(300))
    _, dead, _ = pool.figures()
    assert dead.failed > 0
    assert dead.state in {"cooling down", "probing"}
    assert addresses[1] in dead.last_error
    processes[1].wait()
    server("b", port=int(addresses[1].rpartition(":")[2].removesuffix("/v1")))
    answered = dead.answered
    while pool.figures()[1].answered == answered:
        await pool.chat(request("again"))
        await asyncio.sleep(0.01)
    assert pool.figures()[1].state == "open for requests"


class _PaidInVain(ScriptedChatModel):
    """Answers, but with nothing that can be used."""

    async def chat(self, request):
        raise ModelUnavailable("a reply without content", prompt_tokens=5, completion_tokens=3)


async def test_what_one_endpoint_was_paid_for_in_vain_counts_with_the_reply_of_the_next():
    members = [("http://a", _PaidInVain(lambda _: "")), ("http://b", ScriptedChatModel(lambda _: "fine"))]
    pool = PooledChatModel("m", members)
    reply = await pool.chat(request())
    assert (reply.prompt_tokens, reply.completion_tokens, reply.address) == (5, 4, "http://b")


async def test_a_dead_endpoint_is_probed_by_one_request_at_a_time():
    class Dead:
        name = "m"
        asked = 0

        async def chat(self, _request):
            self.asked += 1
            await asyncio.sleep(0.01)
            raise ModelUnavailable("gone")

        async def close(self):
            pass

    class Well(Dead):
        async def chat(self, request):
            self.asked += 1
            await asyncio.sleep(0.001)
            return ChatReply(content="fine", model="m")

    dead, well = Dead(), Well()
    circuit = Circuit(failures=2, cool_down_seconds=1000, longest_seconds=1000)
    pool = PooledChatModel("m", [("dead", dead), ("well", well)], circuit=circuit)
    for _ in range(40):
        await pool.chat(request())
    assert dead.asked == 2
    pool._members[0].closed_until = 1.0  # long ago: it has cooled down
    await asyncio.gather(*(pool.chat(request()) for _ in range(40)))
    assert dead.asked == 3
    assert pool.figures()[0].state == "cooling down"


async def test_all_endpoints_dead_is_one_line_with_the_reason_of_each(server, pool_of):
    addresses = [server(name, 503)[0] for name in "ab"]
    pool = pool_of(*addresses, retry_seconds=0.5)
    with pytest.raises(ModelUnavailable, match="none of the 2 endpoints") as caught:
        await pool.chat(request())
    assert all(f"{name} says 503" in str(caught.value) for name in "ab")
    assert sum(each.failed for each in pool.figures()) > 2


async def test_an_endpoint_that_refuses_its_key_is_left_out_and_the_others_go_on(server, pool_of):
    pool = pool_of(server("a", 401)[0], server("b")[0])
    for _ in range(5):
        assert (await pool.chat(request())).content.startswith("b")
    refused, well = pool.figures()
    assert (refused.state, refused.failed, well.answered) == ("refused", 1, 5)


async def test_endpoints_that_all_refuse_stop_the_run(server, pool_of):
    pool = pool_of(server("a", 401)[0], server("b", 403)[0])
    with pytest.raises(ModelRefused, match=r"a says 401.*b says 403"):
        await pool.chat(request())


async def test_a_text_at_fault_is_not_tried_elsewhere(server, pool_of):
    pool = pool_of(server("a", 413)[0], server("b", 413)[0])
    with pytest.raises(RequestRejected):
        await pool.chat(request())
    assert sorted(each.failed for each in pool.figures()) == [0, 1]


async def test_what_one_endpoint_does_not_take_another_may(server, pool_of):
    pool = pool_of(server("a", 400)[0], server("b")[0])
    replies = [await pool.chat(request()) for _ in range(4)]
    assert {reply.content for reply in replies} == {"b on x"}
    only = pool_of(server("c", 400)[0], server("d", 422)[0])
    with pytest.raises(RequestRejected):
        await only.chat(request())


async def test_an_endpoint_may_have_its_own_name_for_the_model(server, pool_of):
    pool = pool_of(server("a")[0], names=["deployment-7"])
    assert (await pool.chat(request())).model == "deployment-7"


async def test_an_endpoint_that_asks_for_a_pause_gets_it_and_the_others_go_on():
    class Throttled:
        name = "m"
        asked = 0

        async def chat(self, _request):
            self.asked += 1
            raise ModelUnavailable("slow down", retry_after=1000.0)

        async def close(self):
            pass

    throttled = Throttled()
    pool = PooledChatModel("m", [("throttled", throttled), ("well", ScriptedChatModel(lambda _: "fine", name="m"))])
    for _ in range(10):
        assert (await pool.chat(request())).content == "fine"
    assert throttled.asked == 1
    assert pool.figures()[0].state == "cooling down"
