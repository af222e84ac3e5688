import pulumi
from store import Thing

a = Thing("a", size=1)
b = Thing("b", size=1, opts=pulumi.ResourceOptions(depends_on=[a]))
c = Thing("c", size=1, opts=pulumi.ResourceOptions(depends_on=[b]))
kept = Thing("kept", upstream=a.echo, opts=pulumi.ResourceOptions(protect=True))
lost = Thing("lost")
