from aiev.config.layers import load_config
from aiev.run.identity import run_id
from aiev.store.student_records import TrainingRecord
from aiev.student.roles import config_for_role, config_for_training

TRAINING = TrainingRecord("t", 1, "small", "lora", "done", adapter="aiev-r001-0badcafe")


def test_the_teacher_answers_as_configured_and_the_student_under_its_own_name():
    config = load_config(assignments=["model.name=big", "student.name=small"])
    assert config_for_role(config, "teacher").settings.model.name == "big"
    assert config_for_role(config, "student").settings.model.name == "small"
    assert config_for_role(config, "teacher", model="other").settings.model.name == "other"


def test_a_file_for_the_student_lies_over_the_teachers_configuration(tmp_path):
    file = tmp_path / "student.toml"
    file.write_text("[model]\nbackend = 'vllm'\n[gate]\nsamples = 3\n")
    config = load_config(assignments=[f"student.config={file}", "student.name=small"])
    student = config_for_role(config, "student").settings
    assert (student.model.backend, student.model.name, student.gate.samples) == ("vllm", "small", 3)
    assert config_for_role(config, "teacher").settings == config.settings


def test_each_trained_student_makes_a_run_of_its_own():
    config = load_config(assignments=["model.name=big", "student.name=small"])
    trained = config_for_training(config, TRAINING)
    assert trained.settings.model.name == "aiev-r001-0badcafe"
    assert config_for_training(config, None) is config
    assert run_id(trained) != run_id(config)
