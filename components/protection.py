"""What keeps data: the resource options of everything whose deletion loses something that nobody can make again."""

import pulumi


def stateful(
    parent: pulumi.Resource, *, production: bool, delete_before_replace: bool | None = None
) -> pulumi.ResourceOptions:
    """Options of a child that holds data.

    In production both options are said on the child itself: `protect` alone falls to `--ignore-protect`, and a policy sees
    `protect` of the child only. Elsewhere nothing is said, so that a caller may still protect a whole component.

    A rename would replace the resource, and its data would be lost: `components.physical_names` refuses that with the reason.
    """
    return pulumi.ResourceOptions(
        parent=parent,
        protect=True if production else None,
        retain_on_delete=True if production else None,
        delete_before_replace=delete_before_replace,
    )
