"""Type tokens of the resources that the rules know.

Constants, because importing the provider for them would cost seconds at every preview; a test compares them with it.
"""

R2_BUCKET = "cloudflare:index/r2Bucket:R2Bucket"
R2_BUCKET_CORS = "cloudflare:index/r2BucketCors:R2BucketCors"
R2_BUCKET_EVENT_NOTIFICATION = "cloudflare:index/r2BucketEventNotification:R2BucketEventNotification"
R2_BUCKET_LIFECYCLE = "cloudflare:index/r2BucketLifecycle:R2BucketLifecycle"
R2_BUCKET_LOCK = "cloudflare:index/r2BucketLock:R2BucketLock"
R2_MANAGED_DOMAIN = "cloudflare:index/r2ManagedDomain:R2ManagedDomain"
KV_NAMESPACE = "cloudflare:index/workersKvNamespace:WorkersKvNamespace"
KV_VALUE = "cloudflare:index/workersKv:WorkersKv"
D1_DATABASE = "cloudflare:index/d1Database:D1Database"
QUEUE = "cloudflare:index/queue:Queue"
QUEUE_CONSUMER = "cloudflare:index/queueConsumer:QueueConsumer"
DISPATCH_NAMESPACE = "cloudflare:index/workersForPlatformsDispatchNamespace:WorkersForPlatformsDispatchNamespace"
WORKFLOW = "cloudflare:index/workflow:Workflow"
WORKERS_SCRIPT = "cloudflare:index/workersScript:WorkersScript"
WORKERS_SCRIPT_SUBDOMAIN = "cloudflare:index/workersScriptSubdomain:WorkersScriptSubdomain"
WORKERS_CRON_TRIGGER = "cloudflare:index/workersCronTrigger:WorkersCronTrigger"
WORKERS_ROUTE = "cloudflare:index/workersRoute:WorkersRoute"
WORKERS_CUSTOM_DOMAIN = "cloudflare:index/workersCustomDomain:WorkersCustomDomain"
PAGES_PROJECT = "cloudflare:index/pagesProject:PagesProject"
PAGES_DOMAIN = "cloudflare:index/pagesDomain:PagesDomain"
ZONE_SETTING = "cloudflare:index/zoneSetting:ZoneSetting"
DNS_RECORD = "cloudflare:index/dnsRecord:DnsRecord"

HYPERDRIVE = "pulumi-python:dynamic/headworks:Hyperdrive"
"""A dynamic resource of ours: the provider's would keep a password in the state."""

COMPONENTS = "headworks:index:"
"""What the type tokens of our components begin with."""

WORKER_ENVIRONMENT = f"{COMPONENTS}WorkerEnvironment"
WORK_QUEUE = f"{COMPONENTS}WorkQueue"
DURABLE_OBJECTS = f"{COMPONENTS}DurableObjects"
SECRET_CONTRACT = f"{COMPONENTS}SecretContract"
ROUTES = f"{COMPONENTS}Routes"
