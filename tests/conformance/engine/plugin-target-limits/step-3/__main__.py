import pulumi
from sluice import Provider, Valve

north = Provider("north", canal="x")
a = Valve("a", opts=pulumi.ResourceOptions(provider=north))
b = Valve("b", size=1, opts=pulumi.ResourceOptions(depends_on=[a]))
