import pulumi
from sluice import Provider, Valve

north = Provider("north", canal="x")
a = Valve("a", zone=1, slot=1, opts=pulumi.ResourceOptions(provider=north))
b = Valve("b", zone=a.serial)
fed = Provider("fed", canal=a.echo, opts=pulumi.ResourceOptions(depends_on=[b]))
c = Valve("c", opts=pulumi.ResourceOptions(provider=fed))
d = Valve("d", zone=a.serial, opts=pulumi.ResourceOptions(depends_on=[c]))
e = Valve("e", opts=pulumi.ResourceOptions(replace_with=[a], depends_on=[d]))
f = Valve("f", opts=pulumi.ResourceOptions(replace_with=[e]))
