/**
 * ParqueDB, as small as it can be while using everything that its stack binds to it.
 *
 * Bindings: BUCKET (R2), PARQUEDB (Durable Object), ENVIRONMENT, LOG_LEVEL, JURISDICTION, CACHE_DATA_TTL, CACHE_METADATA_TTL,
 * CACHE_BLOOM_TTL, CACHE_STALE_WHILE_REVALIDATE (variables), and the secret AUTH_SECRET, where it is set.
 */
import { DurableObject } from "cloudflare:workers";

const DATA = "data/";

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    for (const [method, pattern, handler] of ROUTES) {
      const match = pattern.exec(pathname);
      if (match && method === request.method) return handler(request, env, ...match.slice(1));
    }
    return problem(404, `There is no ${request.method} ${pathname}`);
  },

  /** Keeps the objects that order the writes from going cold. */
  async scheduled(_event, env) {
    const { delimitedPrefixes } = await env.BUCKET.list({ prefix: DATA, delimiter: "/" });
    await Promise.all(delimitedPrefixes.map((prefix) => objectOf(env, prefix.slice(DATA.length, -1)).version()));
  },
};

/** One for each collection: it orders the writes, and knows how many there were. */
export class ParqueDBDO extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS writes (id TEXT PRIMARY KEY, version INTEGER NOT NULL)");
  }

  version() {
    return this.ctx.storage.sql.exec("SELECT COALESCE(MAX(version), 0) AS version FROM writes").one().version;
  }

  async write(key, id, document) {
    const version = this.version() + 1;
    await this.env.BUCKET.put(key, JSON.stringify({ ...document, id, version }));
    this.ctx.storage.sql.exec("INSERT OR REPLACE INTO writes (id, version) VALUES (?, ?)", id, version);
    return version;
  }
}

/** Which collections there are. Its class exists before anybody binds it: the migration comes first, the code that uses it later. */
export class DatabaseIndexDO extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS collections (name TEXT PRIMARY KEY)");
  }

  list() {
    return this.ctx.storage.sql.exec("SELECT name FROM collections ORDER BY name").toArray();
  }
}

const ROUTES = [
  ["GET", /^\/health$/, health],
  ["GET", /^\/debug\/health$/, reachability],
  ["GET", /^\/debug\/cache$/, cacheSettings],
  ["GET", /^\/collections\/([\w-]+)\/([\w-]+)$/, readDocument],
  ["PUT", /^\/collections\/([\w-]+)\/([\w-]+)$/, writeDocument],
];

function health(_request, env) {
  return Response.json({ status: "ok", environment: env.ENVIRONMENT });
}

/** Asks an object and the bucket, for a healthcheck; it tells nobody more than whether they answer. */
async function reachability(_request, env) {
  try {
    await Promise.all([objectOf(env, "health").version(), env.BUCKET.head("health")]);
    return Response.json({ status: "ok" });
  } catch (error) {
    console.error(`health: ${error.message}`);
    return Response.json({ status: "unreachable" }, { status: 503 });
  }
}

function cacheSettings(request, env) {
  if (!isOperator(request, env)) return problem(401, "Only an operator sees how the cache is set");
  return Response.json({
    data: Number(env.CACHE_DATA_TTL),
    metadata: Number(env.CACHE_METADATA_TTL),
    bloom: Number(env.CACHE_BLOOM_TTL),
    staleWhileRevalidate: env.CACHE_STALE_WHILE_REVALIDATE === "true",
  });
}

async function readDocument(_request, env, collection, id) {
  const object = await env.BUCKET.get(`${DATA}${collection}/${id}.json`);
  if (!object) return problem(404, `There is no ${id} in ${collection}`);
  const stale = env.CACHE_STALE_WHILE_REVALIDATE === "true" ? `, stale-while-revalidate=${env.CACHE_DATA_TTL}` : "";
  const headers = { "cache-control": `max-age=${env.CACHE_DATA_TTL}${stale}`, "content-type": "application/json" };
  return new Response(object.body, { headers });
}

async function writeDocument(request, env, collection, id) {
  if (!isOperator(request, env)) return problem(401, "Writing needs the bearer token AUTH_SECRET");
  const document = await request.json().catch(() => null);
  if (!document || typeof document !== "object") return problem(400, "A document is a JSON object");
  const version = await objectOf(env, collection).write(`${DATA}${collection}/${id}.json`, id, document);
  return Response.json({ id, version }, { status: 201 });
}

/** The object of a collection, in the jurisdiction in which the bucket is. */
function objectOf(env, collection) {
  const namespace = env.JURISDICTION ? env.PARQUEDB.jurisdiction(env.JURISDICTION) : env.PARQUEDB;
  return namespace.getByName(collection);
}

/** Without the secret only development lets everybody in. */
function isOperator(request, env) {
  if (!env.AUTH_SECRET) return env.ENVIRONMENT === "development";
  return request.headers.get("authorization") === `Bearer ${env.AUTH_SECRET}`;
}

function problem(status, detail) {
  return Response.json({ status, detail }, { status });
}
