"""docker-compose.yml, Dockerfile and .env.example agree with each other and with the settings.

No container runs here: the file is checked against the Compose Specification's own schema.
"""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
COMPOSE = (ROOT / "docker-compose.yml").read_text()
SERVICES = yaml.safe_load(COMPOSE)["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
# Names that the settings read, and compose sets in another way or leaves at their default.
NOT_IN_COMPOSE = {"PORT", "VAR_DIR"}
# Names that compose alone reads.
ONLY_IN_COMPOSE = {"POSTGRES_PASSWORD"}
# Names that a library reads from the environment by itself.
OF_A_LIBRARY = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}


def names_in_settings() -> set[str]:
    text = (ROOT / "portal" / "settings.py").read_text()
    calls = r"\b(?:env\.\w+|required)\(\s*[\"']([A-Z][A-Z0-9_]*)[\"']"
    return set(re.findall(calls, text))


def names_in_example() -> set[str]:
    return set(re.findall(r"^#?([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(), re.M))


def test_the_file_is_what_the_specification_says():
    schema = json.loads((ROOT / "tests/data/compose_specification.json").read_text())
    jsonschema.Draft201909Validator(schema).validate(yaml.safe_load(COMPOSE))


def test_the_schema_notices_a_mistake():
    schema = json.loads((ROOT / "tests/data/compose_specification.json").read_text())
    wrong = {"services": {"web": {"image": "council-portal", "health-check": {}}}}
    with pytest.raises(jsonschema.ValidationError, match="health-check"):
        jsonschema.Draft201909Validator(schema).validate(wrong)


def test_there_is_what_the_portal_needs():
    assert set(SERVICES) == {"web", "worker", "schedule", "database", "redis", "mail"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_a_health_check_and_comes_back(name):
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", SERVICES)
def test_services_wait_for_services_and_keep_what_they_keep_in_named_volumes(name):
    assert set(SERVICES[name].get("depends_on", {})) <= set(SERVICES)
    volumes = {volume.split(":")[0] for volume in SERVICES[name].get("volumes", [])}
    assert volumes <= set(yaml.safe_load(COMPOSE)["volumes"])


def test_settings_example_and_compose_name_the_same_variables():
    in_compose = set(SERVICES["web"]["environment"])
    assert names_in_example() == names_in_settings() | ONLY_IN_COMPOSE | OF_A_LIBRARY
    assert in_compose == names_in_settings() - NOT_IN_COMPOSE | OF_A_LIBRARY


def test_compose_asks_for_no_variable_that_the_example_lacks():
    assert set(re.findall(r"\$\{([A-Z][A-Z0-9_]*)", COMPOSE)) <= names_in_example()


@pytest.mark.parametrize("name", ["SECRET_KEY", "POSTGRES_PASSWORD"])
def test_a_missing_secret_stops_compose(name):
    uses = re.findall(rf"\$\{{{name}(\W[^}}]*)?\}}", COMPOSE)
    assert uses
    assert all(use.startswith(":?") for use in uses)


def test_image_and_makefile_take_the_same_steps_with_the_same_packages():
    steps = r"(setup/packages\.sh run|setup/environment\.sh requirements\.txt|setup/messages\.sh"
    steps += r"|manage\.py prepare|\$\(MANAGE\) prepare)"
    makefile = MAKEFILE[MAKEFILE.index("\nsetup:") : MAKEFILE.index("\ncheck:")]
    instructions = "\n".join(
        line for line in DOCKERFILE.splitlines() if not line.lstrip().startswith("#")
    )
    in_image = re.findall(steps, instructions)
    in_makefile = re.findall(steps, makefile)
    assert [step.split()[-1] for step in in_image] == [step.split()[-1] for step in in_makefile]
    assert len(in_image) == 4
    assert "apt-get" not in DOCKERFILE + MAKEFILE  # the one list is setup/packages-run.txt


def test_the_image_takes_no_secret_and_no_data_with_it():
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".env", "var", ".git", ".venv"} <= set(ignored)
