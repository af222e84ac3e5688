"""Pictures of systems: what is in them, who owns it, and that nothing in them covers anything else."""

import re
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headworks.graph.layout import ARROW, Box, Line, lay_out
from headworks.graph.mermaid import escaped, mermaid
from headworks.graph.model import Edge, Graph, Node, graph_of
from headworks.graph.svg import svg
from headworks.model.environment import (
    Companion,
    DeadLetterQueue,
    Environment,
    Hyperdrive,
    Notification,
    PagesSite,
    Platform,
    RateLimit,
    Service,
    Workflow,
)
from headworks.model.files import load_environment

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def production() -> Environment:
    return load_environment(ROOT, "production")


def owned_by_wrangler(environment: Environment) -> Environment:
    code = environment.worker.code.model_copy(update={"owner": "wrangler", "main": None})
    return environment.model_copy(update={"worker": environment.worker.model_copy(update={"code": code})})


def companion(environment: Environment, key: str, **of_worker: object) -> Companion:
    worker = environment.worker.model_copy(
        update={"name": f"{environment.worker.name}-{key}", "durable_objects": {}, "crons": ()} | of_worker
    )
    return Companion(key=key, worker=worker, routes=(), secrets=())


def service(key: str, **bindings: str) -> Service:
    return Service(
        key=key,
        kind="domain",
        main="w.js",
        compatibility_date="2026-02-25",
        host=f"{key}.do",
        zone=f"{key}.do",
        bindings=bindings,
    )


def owners(graph: Graph) -> dict[str, str]:
    return {node.id: node.owner for node in graph.nodes}


def edges(graph: Graph) -> dict[tuple[str, str], Edge]:
    return {(edge.source, edge.target): edge for edge in graph.edges}


# What is in a graph


def test_every_physical_name_of_an_environment_is_drawn(production):
    labels = {node.label for node in graph_of(production).nodes}
    for kind, names in production.names:
        assert set(names) <= labels, kind


def test_requests_come_in_at_hosts_and_messages_go_to_the_worker_and_when_they_fail_to_the_dead_letters(production):
    found = edges(graph_of(production))
    assert found["host:api.rockhound.app", "Worker:rockhounding-api"].label == "/*"
    assert found["Worker:rockhounding-api", "queue:exports-queue"].label == "EXPORTS_QUEUE"
    assert found["queue:exports-queue", "Worker:rockhounding-api"].label == "10 messages or 5 s"
    assert found["queue:exports-queue", "dead letter queue:exports-dlq"].label == "after 3 retries"


def test_secrets_are_a_persons_and_only_their_names_are_known(production):
    secrets = next(node for node in graph_of(production).nodes if node.kind == "secrets")
    assert (secrets.label, *secrets.lines) == production.secrets
    assert secrets.owner == "person"


def test_what_needs_the_script_is_wranglers_when_wrangler_owns_the_code_and_storage_stays_the_stacks(production):
    graph = graph_of(owned_by_wrangler(production))
    assert owners(graph)["Worker:rockhounding-api"] == "wrangler"
    assert owners(graph)["Durable Object:rockhounding-api ExportCoordinatorDO"] == "wrangler"
    assert {owners(graph)[f"R2 bucket:{bucket.name}"] for bucket in production.buckets} == {"stack"}
    assert edges(graph)["queue:exports-queue", "Worker:rockhounding-api"].owner == "wrangler"
    assert edges(graph)["host:api.rockhound.app", "Worker:rockhounding-api"].owner == "wrangler"
    assert graph.owners == ("stack", "wrangler", "person")


def test_a_switched_off_route_is_still_there_and_says_so(production):
    off = graph_of(production.model_copy(update={"routes_enabled": False}))
    assert edges(off)["host:api.rockhound.app", "Worker:rockhounding-api"].label == "switched off"


def test_companions_have_what_is_declared_for_them(production):
    tail = companion(production, "tail")
    worker = production.worker.model_copy(
        update={"tail_consumers": (tail.worker.name, "of-another-system"), "services": {"TAIL": tail.worker.name}}
    )
    bucket = production.buckets[0].model_copy(update={"worker": "tail"})
    graph = graph_of(
        production.model_copy(update={"companions": (tail,), "worker": worker, "buckets": (bucket,), "queues": ()})
    )
    joined = {(edge.source, edge.target, edge.label) for edge in graph.edges}
    assert ("Worker:rockhounding-api", "Worker:rockhounding-api-tail", "logs") in joined
    assert ("Worker:rockhounding-api", "Worker:rockhounding-api-tail", "TAIL") in joined
    assert ("Worker:rockhounding-api-tail", f"R2 bucket:{bucket.name}", bucket.binding) in joined
    assert "of-another-system" not in svg(graph)


def test_a_declared_queue_that_gets_dead_letters_is_one_box(production):
    queue = production.queues[0]
    declared = queue.model_copy(
        update={"key": "dlq", "name": "exports-dlq", "binding": None, "consumer": None, "dead_letter_queue": None}
    )
    letters = DeadLetterQueue(name="exports-dlq", message_retention_period=1, queue="dlq")
    queues = (queue.model_copy(update={"dead_letter_queue": letters}), declared)
    graph = graph_of(production.model_copy(update={"queues": queues}))
    assert [node.kind for node in graph.nodes if node.label == "exports-dlq"] == ["queue"]
    assert edges(graph)["queue:exports-queue", "queue:exports-dlq"].label == "after 3 retries"


def test_the_rest_of_the_words_is_drawn_with_its_owner(production):
    pool = Hyperdrive(
        binding="NEON", name="neon-pool", scheme="postgres", host="neon.example", port=5432, database="app", user="u",
        password_variable="P", password_version=1, caching=False,
    )  # fmt: skip
    bucket = production.buckets[0].model_copy(
        update={"notifications": (Notification(queue="exports", event_types=("object-create",)),)}
    )
    site = PagesSite(
        key="site", name="shop-site", production_branch="main", build_command="", destination_dir="", root_dir="",
        compatibility_date="2026-02-25", domains=("shop.example",), zone="shop.example", vars={},
    )  # fmt: skip
    limit = RateLimit(binding="LIMIT", namespace_id="1", limit=100, period=60)
    worker = production.worker.model_copy(update={"crons": ("*/5 * * * *",), "rate_limits": (limit,)})
    flow = Workflow(key="w", name="flow", binding="FLOW", class_name="Flow")
    graph = graph_of(
        production.model_copy(
            update={
                "hyperdrives": (pool,),
                "buckets": (bucket,),
                "pages": (site,),
                "worker": worker,
                "workflows": (flow,),
            }
        )
    )
    assert owners(graph).items() >= {
        "Hyperdrive:neon-pool": "stack",
        "database:neon.example:5432/app": "person",
        "Pages site:shop-site": "stack",
        "host:shop.example": "stack",
        "cron:rockhounding-api */5 * * * *": "stack",
        "rate limit:rockhounding-api LIMIT": "stack",
        "Workflow:flow": "stack",
    }.items()  # fmt: skip
    assert edges(graph)["Hyperdrive:neon-pool", "database:neon.example:5432/app"].label == "postgres"
    assert edges(graph)[f"R2 bucket:{bucket.name}", "queue:exports-queue"].label == "object-create"


def test_services_of_a_platform_are_the_deploy_services_and_point_to_what_they_bind(production):
    platform = Platform(
        namespace="dotdo-production", trusted=True, binding="DISPATCHER", services_variable="S", deploy="deploy",
        namespace_variable="N", services=(service("db"), service("auth", DB="db")),
    )  # fmt: skip
    deploy = companion(production, "deploy")
    graph = graph_of(production.model_copy(update={"platform": platform, "companions": (deploy,)}))
    assert owners(graph)["service:auth"] == "deploy service"
    assert owners(graph)["dispatch namespace:dotdo-production"] == "stack"
    assert edges(graph)["service:auth", "service:db"].label == "DB"
    assert edges(graph)["Worker:rockhounding-api-deploy", "dispatch namespace:dotdo-production"].label == "uploads"


def test_every_line_has_boxes_at_both_ends(production):
    graph = graph_of(production)
    ids = [node.id for node in graph.nodes]
    assert len(ids) == len(set(ids))
    assert {end for edge in graph.edges for end in (edge.source, edge.target)} <= set(ids)


# Mermaid


def test_a_flowchart_has_a_line_for_each_box_and_each_connection(production):
    graph = graph_of(production)
    lines = mermaid(graph).splitlines()
    assert lines[0] == "flowchart LR"
    assert '  queue_exports_queue[["queue<br/>exports-queue"]]:::stack' in lines
    assert '  queue_exports_queue -->|"after 3 retries"| dead_letter_queue_exports_dlq' in lines
    assert sum(" --> " in line or "-->|" in line or "-.->" in line for line in lines) == len(graph.edges)


@given(st.text(min_size=1))
def test_no_label_ends_its_quotes_or_becomes_markup(text):
    assert re.fullmatch(r"(?:[\w ./:,-]|#\d+;)+", escaped(text))


@given(st.text(alphabet='ab"`#;[]|<>&*\\', min_size=1))
def test_an_escaped_label_says_what_the_text_says(text):
    assert re.sub(r"#(\d+);", lambda entity: chr(int(entity[1])), escaped(text)) == text


def test_names_that_differ_only_in_signs_are_told_apart():
    nodes = tuple(Node(id=f"host:{name}", kind="host", label=name, owner="stack") for name in ("a.b", "a-b"))
    drawn = mermaid(Graph(system="s", environment="e", nodes=nodes, edges=()))
    assert 'host_a_b(["host<br/>a.b"])' in drawn
    assert 'host_a_b_2(["host<br/>a-b"])' in drawn


# SVG


def test_an_svg_is_described_for_those_who_do_not_see_it_and_needs_nothing_from_elsewhere(production):
    drawn = svg(graph_of(production))
    root = ET.fromstring(drawn)
    title, description = root[0], root[1]
    assert root.attrib["aria-labelledby"] == f"{title.attrib['id']} {description.attrib['id']}"
    assert title.text == "rockhounding-api, production"
    assert "queue exports-queue to dead letter queue exports-dlq (after 3 retries)." in description.text
    assert "prefers-color-scheme: dark" in drawn
    assert not re.search(r"href|url\(|@import|<script", drawn)


def test_what_is_markup_in_a_name_is_text_in_an_svg():
    node = Node(id="host:<b>", kind="host", label="<b>&\"'", owner="stack")
    root = ET.fromstring(svg(Graph(system="<s>", environment="&", nodes=(node,), edges=())))
    assert "<b>&\"'" in [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]


def test_a_graph_is_drawn_the_same_each_time(production):
    assert svg(graph_of(production)) == svg(graph_of(production))


# Layout

names = st.sampled_from("abcdefghij")


@st.composite
def charts(draw: st.DrawFn) -> tuple[list[Box], list[Line]]:
    ids = draw(st.lists(names, min_size=1, unique=True))
    sizes = st.integers(20, 120)
    boxes = [Box(id=each, width=draw(sizes), height=draw(sizes), layer=draw(st.integers(0, 2))) for each in ids]
    ends = draw(
        st.lists(
            st.tuples(st.sampled_from(ids), st.sampled_from(ids)).filter(lambda two: two[0] != two[1]), max_size=14
        )
    )
    return boxes, [Line(source=source, target=target, label=draw(st.integers(0, 90))) for source, target in ends]


@given(charts())
def test_no_box_covers_another_and_all_are_on_the_page(chart):
    boxes, lines = chart
    layout = lay_out(boxes, lines)
    for box in boxes:
        place = layout.boxes[box.id]
        assert place.width >= box.width
        assert place.height >= box.height
        assert 0 <= place.x <= place.x + place.width <= layout.width
        assert 0 <= place.y <= place.y + place.height <= layout.height
    for one, other in combinations(layout.boxes.values(), 2):
        apart = (one.x + one.width < other.x or other.x + other.width < one.x) or (
            one.y + one.height < other.y or other.y + other.height < one.y
        )
        assert apart, (one, other)


@given(charts())
def test_no_line_runs_through_a_box_and_each_label_has_a_level_piece_of_its_own(chart):
    boxes, lines = chart
    layout = lay_out(boxes, lines)
    labels = []
    for line, course in zip(lines, layout.courses, strict=True):
        points = course.points
        left, right = (line.target, line.source) if course.reversed else (line.source, line.target)
        assert points[0][0] == layout.boxes[left].x + layout.boxes[left].width
        assert points[-1][0] == layout.boxes[right].x
        for (x, y), (next_x, next_y) in zip(points[1::2], points[2::2], strict=True):
            assert y == next_y
            for place in layout.boxes.values():
                assert next_x <= place.x or x >= place.x + place.width or not place.y <= y <= place.y + place.height
        (x, y), (end, _) = points[-2:]
        assert end - x >= line.label + ARROW
        labels.append((end - line.label, end, y))
    for (left, right, y), (other_left, other_right, other_y) in combinations(labels, 2):
        assert right <= other_left or other_right <= left or abs(y - other_y) >= 16


@given(charts())
def test_lines_run_from_left_to_right_except_those_that_are_marked(chart):
    boxes, lines = chart
    order = {box.id: number for number, box in enumerate(boxes)}
    for line, course in zip(lines, lay_out(boxes, lines).courses, strict=True):
        xs = [x for x, _ in course.points]
        assert xs == sorted(xs)
        assert course.reversed == (order[line.source] > order[line.target])
