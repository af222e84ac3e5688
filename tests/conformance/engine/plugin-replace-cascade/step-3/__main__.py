import pulumi
from sluice import Provider, Valve

south = Provider("south", canal="y", opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="north")]))
a = Valve("a", zone=2, slot=2, opts=pulumi.ResourceOptions(provider=south))
fed = Provider("fed", canal=a.echo)
c = Valve("c", opts=pulumi.ResourceOptions(provider=fed))
d = Valve("d", zone=a.serial, opts=pulumi.ResourceOptions(depends_on=[c]))
e = Valve("e", opts=pulumi.ResourceOptions(replace_with=[a], depends_on=[d]))
f = Valve("f", opts=pulumi.ResourceOptions(replace_with=[e]))
