"""Cases of the rules about queues, buckets, databases and where data stays."""

from tests.policies.rule_cases import Spoiled, Unknown

RAW_CONSUMER = {"type": "worker", "scriptName": "other", "settings": {"maxRetries": 3}}


def consumer(world, **settings):
    world["exports"]["consumer"].update(settings)


def bucket(world):
    return world["buckets"]["buckets"][0]


def database(world, **properties):
    stated = {"binding": "DB", "migrations": [{"name": "0001.sql", "sha256": "0" * 64}]}
    inputs = {"production": world.stack == "production", "databases": [stated | properties]}
    world.add("headworks:index:Databases", "databases", inputs)


SPOILED = [
    Spoiled(
        "queues-must-have-dead-letter-queue",
        "a production queue without a dead letter queue",
        lambda world: (
            world["exports"]["consumer"].pop("deadLetterQueue"),
            world["exports-consumer"].pop("deadLetterQueue"),
        ),
        "exports.consumer.deadLetterQueue: the consumer has no dead letter queue",
        "`dead_letter_queue`",
    ),
    Spoiled(
        "queues-must-have-dead-letter-queue",
        "a consumer that somebody declared beside the component",
        lambda world: world.add("QueueConsumer", "raw", RAW_CONSUMER),
        "raw.deadLetterQueue",
        "`dead_letter_queue`",
    ),
    Spoiled(
        "dead-letter-queues-must-resolve",
        "a dead letter queue that nobody makes",
        lambda world: world.remove("exports-dead-letter-queue"),
        "the stack has no queue exports-dlq",
        "make the queue in this stack",
        also={"production-names-must-be-complete"},
    ),
    Spoiled(
        "dead-letter-queues-must-resolve",
        "a queue that is its own dead letter queue",
        lambda world: world["exports"]["consumer"].update(deadLetterQueue="exports-queue"),
        "its own dead letter queue",
        "another queue",
    ),
    Spoiled(
        "dead-letter-queues-must-resolve",
        "a circle through two queues",
        lambda world: world.add(
            "QueueConsumer",
            "drain",
            RAW_CONSUMER | {"deadLetterQueue": "exports-queue", "queueId": world.unknown},
            comes_from={"queueId": "exports-dead-letter-queue"},
        ),
        "in a circle (exports-dlq → exports-queue → exports-dlq)",
        "end the line",
    ),
    Spoiled(
        "queue-settings-must-be-within-limits",
        "a batch that is larger than any",
        lambda world: consumer(world, batchSize=500),
        "exports.consumer.batchSize: 500 is outside of what Cloudflare takes, 1 to 100",
        "from 1 to 100",
    ),
    Spoiled(
        "queue-settings-must-be-within-limits",
        "a raw queue that keeps messages for a month",
        lambda world: world.add(
            "Queue", "raw", {"queueName": "raw", "settings": {"messageRetentionPeriod": 2_592_000}}, protect=True
        ),
        "raw.settings.messageRetentionPeriod",
        "from 60 to",
    ),
    Spoiled(
        "consumers-must-retry",
        "a consumer that never retries",
        lambda world: consumer(world, maxRetries=0),
        "exports.consumer.maxRetries: a message is never retried",
        "`max_retries`",
    ),
    Spoiled(
        "consumers-must-retry",
        "a consumer that hardly stops retrying",
        lambda world: consumer(world, maxRetries=50),
        "is retried 50 times",
        "from 1 to 10",
    ),
    Spoiled(
        "consumers-must-retry",
        "retries that nobody stated",
        lambda world: world.add("QueueConsumer", "raw", {"queueName": "q", "deadLetterQueue": "exports-dlq"}),
        "raw.settings.maxRetries: it is not stated how often",
        "`max_retries`",
    ),
    Spoiled(
        "consumers-must-batch",
        "one message at a time",
        lambda world: consumer(world, batchSize=1),
        "each message is an invocation of its own",
        "`max_batch_size`",
    ),
    Spoiled(
        "consumers-must-batch",
        "a consumer that waits for nothing",
        lambda world: consumer(world, maxWaitTimeMs=0),
        "never waits for a batch to fill",
        "`max_batch_timeout`",
    ),
    Spoiled(
        "queues-must-have-consumer",
        "a queue that nobody consumes",
        lambda world: (world["exports"].pop("consumer"), world.remove("exports-consumer")),
        "nobody consumes the queue",
        "`consumer`",
    ),
    Spoiled(
        "dead-letters-must-outlive-messages",
        "dead letters that are kept for an hour",
        lambda world: world["exports-dead-letter-queue"]["settings"].update(messageRetentionPeriod=3600),
        "dead letters are kept for 3600 s and the messages of exports-queue for 345600 s",
        "345600 or more",
    ),
    Spoiled(
        "bucket-cors-must-be-decided",
        "a bucket of which nobody said who reads it",
        lambda world: bucket(world).pop("cors"),
        "buckets.buckets[0].cors: nobody decided",
        "`cors: none`",
    ),
    Spoiled(
        "bucket-lifecycle-must-be-decided",
        "a bucket that grows for ever",
        lambda world: bucket(world).pop("lifecycleWaived"),
        "buckets.buckets[0].lifecycle: nobody decided what becomes of old objects",
        "`lifecycle: {waived: reason}`",
    ),
    Spoiled(
        "cors-must-name-origins",
        "a bucket for every site",
        lambda world: bucket(world).update(cors=[{"origins": ["https://a.example", "*"], "methods": ["GET"]}]),
        "buckets.buckets[0].cors[0].origins: every site may read",
        "name the origins",
    ),
    Spoiled(
        "cors-must-name-origins",
        "raw rules for every site",
        lambda world: world.add("R2BucketCors", "raw", {"bucketName": "b", "rules": [{"allowed": {"origins": ["*"]}}]}),
        "raw.rules[0].allowed.origins",
        "name the origins",
    ),
    Spoiled(
        "live-objects-must-not-expire",
        "a rule that empties the bucket",
        lambda world: bucket(world).update(lifecycle=[{"id": "old", "prefix": "", "expireDays": 30}]),
        "buckets.buckets[0].lifecycle[0]: objects below the whole bucket are deleted by age",
        "prefix that holds nothing live",
    ),
    Spoiled(
        "live-objects-must-not-expire",
        "a raw rule for a part of the live data",
        lambda world: world.add(
            "R2BucketLifecycle",
            "raw",
            {
                "bucketName": "b",
                "rules": [
                    {
                        "enabled": True,
                        "conditions": {"prefix": "data/old/"},
                        "deleteObjectsTransition": {"condition": {}},
                    }
                ],
            },
        ),
        "raw.rules[0]: objects below data/old/ are deleted by age, and live ones below data/",
        "the app",
    ),
    Spoiled(
        "bundles-must-be-locked",
        "bundles that anybody may delete",
        lambda world: (world.platform(), world["bundles"]["buckets"][0].pop("lock")),
        "bundles.buckets[0].lock: bundles in the bucket BUNDLES are not locked",
        "`lock`",
    ),
    Spoiled(
        "bundles-must-be-locked",
        "a lock for a week",
        lambda world: (world.platform(), world["bundles"]["buckets"][0]["lock"][0].update(retentionDays=7)),
        "not locked for 30 days",
        "`retention_days`",
    ),
    Spoiled(
        "bundles-must-be-locked",
        "a deploy service that keeps nothing",
        lambda world: (world.platform(), world.remove("bundles")),
        "platform.deploy: the service deploy has no bucket",
        "`worker: deploy`",
    ),
    Spoiled(
        "databases-must-state-replication",
        "a database that leaves replication to the next refresh",
        lambda world: world.add("D1Database", "raw", {"name": "raw"}, protect=True),
        "raw.readReplication.mode: read replication is not stated",
        "`read_replication: disabled`",
    ),
    Spoiled(
        "databases-must-have-migrations",
        "a database without a schema",
        lambda world: database(world, migrations=[]),
        "databases.databases[0].migrations: nobody applies the schema of DB",
        "`migrations_dir`",
    ),
    Spoiled(
        "databases-must-have-one-primary",
        "a D1 database beside Supabase",
        lambda world: (
            world["api"]["names"].update(databases=["rockhound"]),
            world["api"].update(external=[{"key": "supabase", "kind": "postgres", "purpose": "primary"}]),
        ),
        "the D1 database rockhound and the database supabase outside",
        "take one of the two out",
    ),
    Spoiled(
        "durable-object-classes-must-not-be-deleted",
        "a class that goes in passing",
        lambda world: world["objects"].update(
            migrations=world.chained(
                {"tag": "v1", "newSqliteClasses": ["ExportCoordinatorDO", "StatePackRegistryDO", "Old"]},
                {"tag": "v2", "deletedClasses": ["Old"]},
            ),
            liveTag="",
        ),
        "migration v2 deletes the class Old with everything that its objects store",
        "`decided`",
    ),
    Spoiled(
        "data-must-stay-in-its-jurisdiction",
        "a bucket outside of the environment's jurisdiction",
        lambda world: world["rockhound-media"].update(jurisdiction="eu"),
        "rockhound-media.jurisdiction: the bucket's objects are kept in the jurisdiction eu",
        "for the whole environment",
    ),
    Spoiled(
        "jurisdiction-must-be-told-once",
        "code that is told another jurisdiction",
        lambda world: world["api"]["vars"].update(JURISDICTION="eu"),
        "api.vars.JURISDICTION: the code is told to keep its Durable Objects in another jurisdiction than default",
        "in one profile",
    ),
    Spoiled(
        "jurisdiction-must-be-told-once",
        "staging that takes production's data out of the EU",
        lambda world: world["api"]["siblings"][0].update(jurisdiction="eu"),
        "production keeps its data in eu, and this environment in default",
        "`jurisdiction: eu`",
        stack="staging",
    ),
]

UNKNOWN = [
    Unknown(
        "queues-must-have-dead-letter-queue",
        lambda world: world["exports"]["consumer"].update(deadLetterQueue=world.unknown),
    ),
    Unknown("queues-must-have-dead-letter-queue", lambda world: world["exports"].update(consumer=world.unknown)),
    Unknown(
        "dead-letter-queues-must-resolve",
        lambda world: world["exports-dead-letter-queue"].update(queueName=world.unknown),
        lambda world: world["exports"]["consumer"].update(deadLetterQueue="exports-queue"),
    ),
    Unknown(
        "queue-settings-must-be-within-limits",
        lambda world: consumer(world, retryDelay=world.unknown),
        lambda world: consumer(world, batchSize=500),
    ),
    Unknown("consumers-must-retry", lambda world: consumer(world, maxRetries=world.unknown)),
    Unknown(
        "consumers-must-retry",
        lambda world: world.add(
            "QueueConsumer", "raw", {"queueName": "q", "deadLetterQueue": "exports-dlq", "settings": world.unknown}
        ),
    ),
    Unknown("consumers-must-batch", lambda world: consumer(world, batchSize=world.unknown)),
    Unknown("queues-must-have-consumer", lambda world: world["exports"].update(consumer=world.unknown)),
    Unknown(
        "dead-letters-must-outlive-messages",
        lambda world: world["exports-dead-letter-queue"]["settings"].update(messageRetentionPeriod=world.unknown),
    ),
    Unknown("bucket-cors-must-be-decided", lambda world: world["buckets"].update(buckets=[world.unknown])),
    Unknown("bucket-lifecycle-must-be-decided", lambda world: world["buckets"].update(buckets=[world.unknown])),
    Unknown(
        "cors-must-name-origins",
        lambda world: bucket(world).update(cors=[{"origins": [world.unknown]}]),
        lambda world: bucket(world).update(cors=[{"origins": [world.unknown, "*"]}]),
    ),
    Unknown(
        "live-objects-must-not-expire",
        lambda world: bucket(world).update(lifecycle=world.unknown),
    ),
    Unknown(
        "bundles-must-be-locked",
        lambda world: (world.platform(), world["bundles"]["buckets"][0].update(lock=world.unknown)),
    ),
    Unknown(
        "databases-must-state-replication",
        lambda world: world.add("D1Database", "raw", {"name": "raw", "readReplication": world.unknown}, protect=True),
    ),
    Unknown("databases-must-have-migrations", lambda world: database(world, migrations=world.unknown)),
    Unknown("databases-must-have-one-primary", lambda world: world["api"].update(external=[world.unknown])),
    Unknown(
        "durable-object-classes-must-not-be-deleted",
        lambda world: world["objects"]["migrations"][1].update(deletedClasses=[world.unknown]),
    ),
    Unknown(
        "data-must-stay-in-its-jurisdiction",
        lambda world: world["rockhound-exports"].update(jurisdiction=world.unknown),
        lambda world: world["rockhound-media"].update(jurisdiction="eu"),
    ),
    Unknown(
        "jurisdiction-must-be-told-once",
        lambda world: world["api"]["vars"].update(JURISDICTION=world.unknown),
        lambda world: world["api"]["siblings"][0].update(jurisdiction="eu", production=True),
    ),
]
