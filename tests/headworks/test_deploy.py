"""What the two engines have in common."""

import pytest

from headworks.account import Access
from headworks.deploy import Engine, Operation, Request, observe
from headworks.workspace import open_workspace


@pytest.mark.parametrize("operation", [each for each in Operation if each is not Operation.PREVIEW])
def test_what_changes_an_account_is_not_done_where_nobody_sees_it(operation):
    access = Access(base_url="http://127.0.0.1:1/client/v4", token="t", local=True)
    request = Request(operation=operation, workspace=open_workspace(), stack="staging", access=access, yes=True)
    with pytest.raises(ValueError, match=f"{operation} changes the account"):
        observe(request, Engine.EMBEDDED)
