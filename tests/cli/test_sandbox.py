from support.command_line import assert_one_line


def test_an_image_for_a_language_that_nobody_speaks_is_a_usage_error(aiev):
    assert_one_line(aiev("image", "build", "--language", "cobol"), 2, "--language", "cobol")


def test_no_docker_is_one_line(aiev):
    done = aiev("image", "build", DOCKER_HOST="tcp://127.0.0.1:9")
    assert_one_line(done, 1, "Docker")
