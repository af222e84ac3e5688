"""URNs are put together and taken apart as Pulumi does it."""

from hypothesis import given
from hypothesis import strategies as st

from sandbox.engine.resource import urns

STACK = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"
words = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1)
types = st.builds("{}:{}:{}".format, words, words, words)
names = st.text(min_size=1)


def test_the_stack_leaves_no_trace_in_the_urns_of_its_children():
    assert urns.create("dev", "shop", STACK, "a:b:C", "n") == "urn:pulumi:dev::shop::a:b:C::n"


def test_a_child_carries_the_types_of_the_components_above_it():
    outer = urns.create("dev", "shop", STACK, "x:y:Outer", "outer")
    inner = urns.create("dev", "shop", outer, "x:y:Inner", "inner")
    assert urns.create("dev", "shop", inner, "a:b:C", "n") == "urn:pulumi:dev::shop::x:y:Outer$x:y:Inner$a:b:C::n"


@given(words, words, types, types, names)
def test_parts_of_a_urn_are_found_again_whatever_the_name_holds(stack, project, parent_type, type_, name):
    parent = urns.create(stack, project, "", parent_type, "parent")
    urn = urns.create(stack, project, parent, type_, name)
    assert (urns.type_of(urn), urns.name_of(urn)) == (type_, name)
    assert urns.qualified_type(urn) == f"{parent_type}${type_}"


@given(names, words)
def test_a_provider_reference_is_a_urn_and_an_id(name, id_):
    urn = urns.create("dev", "shop", "", "pulumi:providers:cloudflare", name)
    assert urns.split_reference(f"{urn}::{id_}") == (urn, id_)


def test_default_providers_are_told_from_explicit_ones():
    def provider(name):
        return urns.create("dev", "shop", "", "pulumi:providers:cloudflare", name)

    assert urns.is_default_provider(provider("default"))
    assert urns.is_default_provider(provider("default_6_23_1"))
    assert not urns.is_default_provider(provider("north"))
    assert not urns.is_default_provider(urns.create("dev", "shop", "", "a:b:C", "default"))


def test_one_star_of_a_target_stops_at_a_colon_and_two_do_not():
    urn = "urn:pulumi:dev::shop::a:b:C::buckets"
    assert urns.matches(urn, urn)
    assert urns.matches("**buckets", urn)
    assert urns.matches("urn:pulumi:dev::shop::a:b:C::buck*", urn)
    assert not urns.matches("urn:pulumi:*::buckets", urn)
    assert not urns.matches("buckets", urn)
