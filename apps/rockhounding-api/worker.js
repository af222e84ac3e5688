/**
 * The Rockhounding API, as small as it can be while using everything that its stack binds to it.
 *
 * Bindings: EXPORTS_BUCKET, STATE_PACKS_BUCKET, MEDIA_BUCKET (R2), CACHE_KV, SESSION_KV (KV), EXPORTS_QUEUE (queue),
 * EXPORT_COORDINATOR, STATE_PACK_REGISTRY (Durable Objects), SUPABASE_URL, SKIP_AUTH (variables), and the secrets
 * SUPABASE_SERVICE_ROLE_KEY, ADMIN_API_KEY, MAPBOX_API_KEY.
 */
import { DurableObject } from "cloudflare:workers";

const EXPORT_TYPES = ["observations", "locations"];
const CACHE_SECONDS = 60;

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    for (const [method, pattern, handler] of ROUTES) {
      const match = pattern.exec(pathname);
      if (match && method === request.method) return handler(request, env, ...match.slice(1));
    }
    return problem(404, `There is no ${request.method} ${pathname}`);
  },

  /** Writes each export into the bucket. A message that fails is retried, and goes to the dead letter queue in the end. */
  async queue(batch, env) {
    for (const message of batch.messages) {
      try {
        await writeExport(env, message.body);
        message.ack();
      } catch (error) {
        console.error(`export ${message.body.id}: ${error.message}`);
        message.retry();
      }
    }
  },
};

/** The life of one export: queued, then ready. */
export class ExportCoordinatorDO extends DurableObject {
  async create(job) {
    await this.ctx.storage.put("job", { ...job, status: "queued" });
  }

  async finish(key) {
    const job = await this.ctx.storage.get("job");
    await this.ctx.storage.put("job", { ...job, status: "ready", key });
  }

  async read() {
    return (await this.ctx.storage.get("job")) ?? null;
  }
}

/** Which packs of offline data there are, one for each state. */
export class StatePackRegistryDO extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS packs (state TEXT PRIMARY KEY, object TEXT NOT NULL)");
  }

  list() {
    return this.ctx.storage.sql.exec("SELECT state, object FROM packs ORDER BY state").toArray();
  }

  register(state, object) {
    this.ctx.storage.sql.exec("INSERT OR REPLACE INTO packs (state, object) VALUES (?, ?)", state, object);
  }
}

const ROUTES = [
  ["GET", /^\/health$/, health],
  ["GET", /^\/locations$/, listLocations],
  ["GET", /^\/locations\/([^/]+)$/, readLocation],
  ["POST", /^\/exports$/, createExport],
  ["GET", /^\/exports\/([^/]+)$/, readExport],
  ["GET", /^\/state-packs$/, listStatePacks],
  ["PUT", /^\/state-packs\/([A-Z]{2})$/, storeStatePack],
  ["POST", /^\/observations$/, createObservation],
];

function health() {
  return Response.json({ status: "ok" });
}

/** GET /locations?bbox=west,south,east,north */
async function listLocations(request, env) {
  const bbox = (new URL(request.url).searchParams.get("bbox") ?? "-180,-90,180,90").split(",").map(Number);
  if (bbox.length !== 4 || bbox.some(Number.isNaN)) return problem(400, "bbox is west,south,east,north in degrees");
  const [west, south, east, north] = bbox;
  const inside = (await locations(env)).filter(
    ({ longitude, latitude }) => west <= longitude && longitude <= east && south <= latitude && latitude <= north,
  );
  return Response.json({ locations: inside });
}

async function readLocation(_request, env, id) {
  const location = (await locations(env)).find((each) => each.id === id);
  return location ? Response.json(location) : problem(404, `There is no location ${id}`);
}

/** The catalogue lies in the media bucket; the cache saves reading it for every request. */
async function locations(env) {
  const cached = await env.CACHE_KV.get("locations", "json");
  if (cached) return cached;
  const object = await env.MEDIA_BUCKET.get("catalogue/locations.json");
  const found = object ? await object.json() : [{ id: "1", name: "Crystal Park", longitude: -113.1, latitude: 45.5 }];
  await env.CACHE_KV.put("locations", JSON.stringify(found), { expirationTtl: CACHE_SECONDS });
  return found;
}

async function createExport(request, env) {
  const { type } = await body(request);
  if (!EXPORT_TYPES.includes(type)) return problem(400, `type is one of ${EXPORT_TYPES.join(", ")}`);
  const job = { id: crypto.randomUUID(), type };
  await env.EXPORT_COORDINATOR.getByName(job.id).create(job);
  await env.EXPORTS_QUEUE.send(job);
  return Response.json({ id: job.id, status: "queued" }, { status: 202 });
}

async function readExport(_request, env, id) {
  const job = await env.EXPORT_COORDINATOR.getByName(id).read();
  return job ? Response.json(job) : problem(404, `There is no export ${id}`);
}

async function writeExport(env, { id, type }) {
  const key = `${type}/${id}.json`;
  const content = type === "locations" ? await locations(env) : await observations(env);
  await env.EXPORTS_BUCKET.put(key, JSON.stringify(content), { httpMetadata: { contentType: "application/json" } });
  await env.EXPORT_COORDINATOR.getByName(id).finish(key);
}

async function listStatePacks(_request, env) {
  return Response.json({ statePacks: await env.STATE_PACK_REGISTRY.getByName("all").list() });
}

async function storeStatePack(request, env, state) {
  if (!isAdministrator(request, env)) return problem(401, "Only an administrator stores packs");
  const object = `packs/${state}.zip`;
  await env.STATE_PACKS_BUCKET.put(object, request.body);
  await env.STATE_PACK_REGISTRY.getByName("all").register(state, object);
  return Response.json({ state, object }, { status: 201 });
}

/** SKIP_AUTH is for development; a policy refuses it elsewhere. */
function isAdministrator(request, env) {
  if (env.SKIP_AUTH === "true") return true;
  return Boolean(env.ADMIN_API_KEY) && request.headers.get("authorization") === `Bearer ${env.ADMIN_API_KEY}`;
}

async function createObservation(request, env) {
  const user = request.headers.get("x-user-id");
  const { locationId, title } = await body(request);
  if (!user) return problem(401, "The header x-user-id says who observes");
  if (!locationId || !title) return problem(400, "An observation has a locationId and a title");
  const observation = { id: crypto.randomUUID(), user, locationId, title };
  await env.MEDIA_BUCKET.put(`observations/${observation.id}.json`, JSON.stringify(observation));
  await env.SESSION_KV.put(`last-observation:${user}`, observation.id);
  return Response.json(observation, { status: 201 });
}

async function observations(env) {
  const { objects } = await env.MEDIA_BUCKET.list({ prefix: "observations/" });
  return Promise.all(objects.map(async ({ key }) => (await env.MEDIA_BUCKET.get(key)).json()));
}

/** The JSON object of a request, empty if there is none. */
async function body(request) {
  const value = await request.json().catch(() => ({}));
  return value && typeof value === "object" ? value : {};
}

function problem(status, detail) {
  return Response.json({ status, detail }, { status });
}
