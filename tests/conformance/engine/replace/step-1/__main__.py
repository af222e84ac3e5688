import pulumi
from store import Thing

kept = Thing("kept", opts=pulumi.ResourceOptions(protect=True))
a = Thing("a", size=1, opts=pulumi.ResourceOptions(depends_on=[kept]))
b = Thing("b", upstream=a.echo)
c = Thing("c", zone="east", opts=pulumi.ResourceOptions(depends_on=[b], delete_before_replace=True))
d = Thing("d", zone=c.echo)
