import os

import pulumi_cloudflare as cloudflare

ACCOUNT = "0123456789abcdef0123456789abcdef"
ZONE = "023e105f4ecef8ad9ca31a8372d0c353"
STEP = os.environ["CONF_STEP"]

CODE = "export default { fetch() { return new Response('one') } }"
RECORD = dict(zone_id=ZONE, name="www.example.com", type="CNAME", ttl="300", content="example.net", settings={})


def script(name, **more):
    cloudflare.WorkersScript(
        name, account_id=ACCOUNT, script_name=name, content=CODE, main_module="worker.js",
        compatibility_date="2026-02-25", observability={"enabled": False, "head_sampling_rate": 1}, **more,
    )


if STEP == "both":
    cloudflare.DnsRecord("it", **RECORD | dict(type="SRV", data={"port": 5060}))
if STEP == "range":
    cloudflare.DnsRecord("it", zone_id=ZONE, name="_sip._tcp", type="SRV", ttl=1, data={"port": 70000}, priority=-1)
if STEP == "twice":
    script("it", compatibility_flags=["nodejs_compat", "streams", "nodejs_compat"])
if STEP == "fraction":
    origin = dict(database="app", host="db.example.com", port=5432, scheme="postgres", user="app", password="test")
    cloudflare.HyperdriveConfig("it", account_id=ACCOUNT, name="it", origin=origin, origin_connection_limit=7.5)
if STEP == "forms":
    cloudflare.Queue("it", account_id=ACCOUNT, queue_name=7, settings={"delivery_delay": "5", "delivery_paused": False})
    cloudflare.DnsRecord("it", **RECORD)
    script("it", compatibility_flags=["streams", "nodejs_compat"], limits={"cpu_ms": "50"})
