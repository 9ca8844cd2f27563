import socket

from support.command_line import assert_one_line


def test_serve_says_in_one_line_that_there_is_no_database(aiev):
    assert_one_line(aiev("serve", "no.db"), 1, "no database no.db")


def test_serve_says_in_one_line_that_its_port_is_taken(aiev, talks):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert_one_line(aiev("serve", talks, "--port", port), 1, f"cannot listen on 127.0.0.1:{port}", "--port")
