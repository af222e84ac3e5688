import pulumi
from sluice import Provider, Valve

a = Valve("a", opts=pulumi.ResourceOptions(version="1.0.0"))
