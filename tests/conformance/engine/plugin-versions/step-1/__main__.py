import pulumi
from sluice import Provider, Valve

a = Valve("a", opts=pulumi.ResourceOptions(version="0.9.0-beta.1"))
b = Valve("b", opts=pulumi.ResourceOptions(plugin_download_url="https://example.com/a b", depends_on=[a]))
c = Valve("c", opts=pulumi.ResourceOptions(version="1.0.0", plugin_download_url="https://example.com", depends_on=[b]))
north = Provider(
    "north",
    canal="x",
    opts=pulumi.ResourceOptions(version="1.0.0", plugin_download_url="https://example.com", depends_on=[c]),
)
d = Valve("d", opts=pulumi.ResourceOptions(provider=north))
