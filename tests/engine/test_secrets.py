import base64
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.engine.backend.secrets import PassphraseManager, SecretsError

# Written by Pulumi itself: encryption salt, passphrase, and a value of `pulumi config set --secret`.
SALT = "v1:ThS5UPxP9qc=:v1:UZYAXF+ylaJ0rGhv:9OTvBnOEDFgxs7btjzSu+LZ470vLpg=="
PASSPHRASE = "TestConfigRoundtripComments"
SECURE = "v1:T1ftqhY0hqr+EJK6:+jvd5PMecFx80tcavzuZY4tLatgIfoe/xR72GA=="


def manager() -> PassphraseManager:
    return PassphraseManager(PASSPHRASE, SALT)


def test_a_value_that_pulumi_encrypted_is_read():
    assert manager().decrypt(SECURE) == "secret-value"


def test_the_salt_of_the_stack_is_kept():
    assert manager().salt == SALT


def test_a_salt_of_our_own_has_pulumis_form_and_opens_with_the_same_passphrase_only():
    made = PassphraseManager.create("öpen")
    assert re.fullmatch(r"v1:[A-Za-z0-9+/]{11}=:v1:[A-Za-z0-9+/]{16}:[A-Za-z0-9+/]{30}==", made.salt)
    assert PassphraseManager("öpen", made.salt).decrypt(made.encrypt("x")) == "x"
    with pytest.raises(SecretsError, match="incorrect passphrase"):
        PassphraseManager("open", made.salt)


@settings(deadline=None)
@given(st.text())
def test_what_is_encrypted_comes_back(text):
    assert PassphraseManager(PASSPHRASE, SALT).decrypt(manager().encrypt(text)) == text


def test_a_text_never_has_the_same_ciphertext_twice():
    assert len({manager().encrypt("same") for _ in range(20)}) == 20


@given(st.integers(min_value=0, max_value=30), st.integers(min_value=1, max_value=255))
@settings(deadline=None)
def test_a_changed_ciphertext_is_refused_and_not_misread(place, mask):
    version, nonce, data = manager().encrypt("a text of some length").split(":")
    changed = bytearray(base64.b64decode(data))
    changed[place] ^= mask
    with pytest.raises(SecretsError, match="another passphrase or salt, or has been changed"):
        manager().decrypt(":".join([version, nonce, base64.b64encode(changed).decode()]))


@pytest.mark.parametrize(
    ("salt", "reason"),
    [
        ("", "is not of the form"),
        ("v2:AAAA:v1:AAAA:AAAA", "is not of the form"),
        ("v1:ThS5UPxP9qc=", "is not of the form"),
        ("v1:***:v1:UZYAXF+ylaJ0rGhv:9OTvBnOEDFgxs7btjzSu+LZ470vLpg==", "is not base64"),
        (SALT[:-6], "incorrect passphrase"),
    ],
)
def test_a_damaged_salt_is_an_error_that_says_what_it_should_be(salt, reason):
    with pytest.raises(SecretsError, match=reason):
        PassphraseManager(PASSPHRASE, salt)


@pytest.mark.parametrize("value", ["", "plain", "v1:AAAA", "v2:a:b", "v1:AAAA:AAAA", "v1:!:AAAA"])
def test_a_value_that_is_no_ciphertext_is_an_error(value):
    with pytest.raises(SecretsError):
        manager().decrypt(value)


def test_errors_never_hold_the_passphrase_or_the_text():
    with pytest.raises(SecretsError) as wrong:
        PassphraseManager("planted-passphrase", SALT)
    assert "planted" not in str(wrong.value)
