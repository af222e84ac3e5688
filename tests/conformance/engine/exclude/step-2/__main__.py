import pulumi
from store import Thing

a = Thing("a", size=2)
b = Thing("b", size=2, opts=pulumi.ResourceOptions(depends_on=[a]))
c = Thing("c", size=2, opts=pulumi.ResourceOptions(depends_on=[b]))
kept = Thing("kept", upstream=a.echo, opts=pulumi.ResourceOptions(protect=True))
