"""The pictures in docs/graphs/ show what the files declare now."""

from headworks.graph.pictures import FOLDER, pictures


def test_the_pictures_in_the_docs_are_current(project_root):
    wanted = pictures(project_root)
    there = {path.relative_to(project_root): path.read_text() for path in (project_root / FOLDER).iterdir()}
    differing = sorted(str(path) for path in {*wanted, *there} if wanted.get(path) != there.get(path))
    assert not differing, (
        f"{', '.join(differing)}: not as the systems are now. Run `.venv/bin/python -m headworks.graph`."
    )


def test_every_environment_of_every_system_has_a_picture(project_root):
    stack_files = [*project_root.glob("Pulumi.*.yaml"), *project_root.glob("systems/*/Pulumi.*.yaml")]
    assert len([path for path in pictures(project_root) if path.suffix == ".svg"]) == len(stack_files)
