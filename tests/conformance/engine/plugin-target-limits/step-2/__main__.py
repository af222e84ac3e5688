import pulumi
from sluice import Provider, Valve

a = Valve("a")
b = Valve("b", size=2, opts=pulumi.ResourceOptions(depends_on=[a]))
c = Valve("c", opts=pulumi.ResourceOptions(depends_on=[b]))
