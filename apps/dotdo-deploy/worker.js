/**
 * The deploy service: the only way of a service into the namespace of its environment.
 *
 *   POST /deploy       {service, environment, script, bindings, metadata}: uploads a bundle, base64, one ES module
 *   POST /rollback     {service, environment}: uploads the bundle of the deployment before the live one
 *   GET  /deployments  ?service&environment&limit: what was deployed, the newest first
 *   GET  /health
 *
 * Each deployment leaves its bundle in the bucket, by its SHA-256, and a record of who deployed what. So the history says
 * what is live, a rollback restores the very bytes, and a namespace that was lost can be filled again.
 *
 * Bindings: BUNDLES (R2), NAMESPACE, ENVIRONMENT, CLOUDFLARE_ACCOUNT_ID (variables), CLOUDFLARE_BASE_URL (variable, where
 * the API is not Cloudflare's own), and the secrets DEPLOY_API_KEY and CLOUDFLARE_API_TOKEN.
 */
const API = "https://api.cloudflare.com/client/v4";
const MODULE = "index.js";
const COMPATIBILITY_DATE = "2025-01-01";
const SERVICE = /^[a-z][a-z0-9-]{0,62}$/;
const BINDING = /^[A-Za-z_][A-Za-z0-9_]*$/;
const LARGEST_BUNDLE = 10 * 1024 * 1024;
const MOST_DEPLOYMENTS = 100;
const END_OF_TIME = 9_999_999_999_999;

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (request.method === "GET" && pathname === "/health") return Response.json({ status: "ok", service: "deploy" });
    if (!(await isAuthorized(request, env))) return problem(401, "Invalid API key");
    const handler = HANDLERS[`${request.method} ${pathname}`];
    if (!handler) return problem(404, `There is no ${request.method} ${pathname}`);
    try {
      return await handler(request, env);
    } catch (error) {
      if (error instanceof Refusal) return problem(error.status, error.message);
      throw error;
    }
  },
};

const HANDLERS = {
  "POST /deploy": deploy,
  "POST /rollback": rollback,
  "GET /deployments": listDeployments,
};

class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function deploy(request, env) {
  const wanted = await body(request);
  checkEnvironment(wanted.environment, env);
  const bundle = decoded(wanted.script);
  const release = {
    service: checkedService(wanted.service),
    bindings: checkedBindings(wanted.bindings ?? {}),
    compatibilityDate: wanted.compatibility_date ?? COMPATIBILITY_DATE,
    metadata: wanted.metadata ?? {},
    sha256: await sha256(bundle),
  };
  await checkBoundServices(env, release);
  await keep(env, release.sha256, bundle);
  const deployment = await upload(request, env, release, bundle);
  return Response.json({ success: true, deployment });
}

async function rollback(request, env) {
  const wanted = await body(request);
  checkEnvironment(wanted.environment, env);
  const previous = await beforeLive(env, checkedService(wanted.service));
  const bundle = await env.BUNDLES.get(bundleKey(previous.sha256));
  if (!bundle) throw new Refusal(409, `The bundle ${previous.sha256} of ${previous.id} is no longer in the bucket`);
  const { service, bindings, compatibilityDate, metadata, sha256: hash } = previous;
  const release = { service, bindings, compatibilityDate, metadata, sha256: hash, restores: previous.id };
  await checkBoundServices(env, release);
  const deployment = await upload(request, env, release, new Uint8Array(await bundle.arrayBuffer()));
  return Response.json({ success: true, deployment, message: "Rollback successful" });
}

async function listDeployments(request, env) {
  const query = new URL(request.url).searchParams;
  if (query.has("environment")) checkEnvironment(query.get("environment"), env);
  const limit = Number(query.get("limit") ?? "20");
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_DEPLOYMENTS) {
    throw new Refusal(400, `limit is a whole number from 1 to ${MOST_DEPLOYMENTS}`);
  }
  const services = query.has("service") ? [checkedService(query.get("service"))] : await deployedServices(env);
  const histories = await Promise.all(services.map((service) => take(history(env, service), limit)));
  const deployments = histories.flat().sort((one, other) => other.createdAt.localeCompare(one.createdAt));
  return Response.json({ deployments: deployments.slice(0, limit) });
}

/** Into the namespace, with a record that is there before the upload: whatever happens, it was not done in secret. */
async function upload(request, env, release, bundle) {
  const now = tick();
  const record = {
    id: `deploy_${now}_${crypto.randomUUID().slice(0, 8)}`,
    environment: env.ENVIRONMENT,
    status: "deploying",
    url: siblingUrl(request, release.service),
    version: release.metadata.version ?? release.sha256.slice(0, 12),
    createdAt: new Date(now).toISOString(),
    ...release,
  };
  await write(env, record);
  const failure = await api(env, "PUT", `/scripts/${release.service}`, form(release, bundle)).then(
    () => null,
    (error) => error,
  );
  record.status = failure ? "failed" : "deployed";
  if (failure) record.error = failure.message;
  await write(env, record);
  if (failure) throw new Refusal(500, `Deployment failed: ${failure.message}`);
  return record;
}

function form({ bindings, compatibilityDate, sha256: hash }, bundle) {
  const described = {
    main_module: MODULE,
    compatibility_date: compatibilityDate,
    bindings: Object.entries(bindings).map(([name, service]) => ({ type: "service", name, service })),
    keep_bindings: ["secret_key", "secret_text"],
    tags: [`sha256-${hash}`],
  };
  const parts = new FormData();
  parts.set("metadata", new Blob([JSON.stringify(described)], { type: "application/json" }));
  parts.set(MODULE, new Blob([bundle], { type: "application/javascript+module" }), MODULE);
  return parts;
}

/** A service that is bound has to be there, or the first request would find out (D15). */
async function checkBoundServices(env, { service, bindings }) {
  const bound = Object.values(bindings);
  if (bound.length === 0) return;
  const scripts = await api(env, "GET", "/scripts");
  const deployed = new Set(scripts.map(({ script }) => script.id));
  const missing = bound.filter((each) => !deployed.has(each));
  if (missing.length > 0) {
    throw new Refusal(409, `${service} binds ${missing.join(", ")}, not deployed in ${env.NAMESPACE}: deploy that first`);
  }
}

/** A call of the API below the namespace; the token goes nowhere else, and no message holds it. */
async function api(env, method, path, content) {
  const base = `${env.CLOUDFLARE_BASE_URL ?? API}/accounts/${env.CLOUDFLARE_ACCOUNT_ID}`;
  const response = await fetch(`${base}/workers/dispatch/namespaces/${env.NAMESPACE}${path}`, {
    method,
    body: content,
    headers: { authorization: `Bearer ${env.CLOUDFLARE_API_TOKEN}` },
  });
  const answer = await response.json().catch(() => null);
  if (answer?.success) return answer.result;
  const [{ code, message }] = answer?.errors?.length ? answer.errors : [{ code: 0, message: "not Cloudflare's answer" }];
  throw new Refusal(502, `Cloudflare answered ${response.status} to ${method} ${path}: ${message} [code: ${code}]`);
}

/** Bundles are locked against overwriting: the same bytes are stored once. */
async function keep(env, hash, bundle) {
  const key = bundleKey(hash);
  if (await env.BUNDLES.head(key)) return;
  await env.BUNDLES.put(key, bundle, { httpMetadata: { contentType: "application/javascript+module" } });
}

function bundleKey(hash) {
  return `bundles/${hash}.js`;
}

let lastTick = 0;

/** The time in milliseconds, never the same twice: the clock of a Worker stands still between two answers from outside. */
function tick() {
  lastTick = Math.max(Date.now(), lastTick + 1);
  return lastTick;
}

/** Keys of records count down, so that a listing has the newest first. */
async function write(env, record) {
  const age = String(END_OF_TIME - Date.parse(record.createdAt)).padStart(13, "0");
  const key = `deployments/${record.service}/${age}-${record.id}.json`;
  await env.BUNDLES.put(key, JSON.stringify(record), { httpMetadata: { contentType: "application/json" } });
}

/** The records of a service, the newest first. */
async function* history(env, service) {
  let page;
  do {
    page = await env.BUNDLES.list({ prefix: `deployments/${service}/`, cursor: page?.cursor });
    for (const { key } of page.objects) yield (await env.BUNDLES.get(key)).json();
  } while (page.truncated);
}

async function deployedServices(env) {
  const services = [];
  let page;
  do {
    page = await env.BUNDLES.list({ prefix: "deployments/", delimiter: "/", cursor: page?.cursor });
    services.push(...page.delimitedPrefixes.map((prefix) => prefix.split("/")[1]));
  } while (page.truncated);
  return services;
}

async function take(records, limit) {
  const taken = [];
  for await (const record of records) {
    taken.push(record);
    if (taken.length === limit) break;
  }
  return taken;
}

/** The deployment before the live one. What a rollback took back stays behind: between it and what it restored, nothing counts. */
async function beforeLive(env, service) {
  let live = null;
  let restored = null;
  for await (const { id, status, restores, ...rest } of history(env, service)) {
    if (status !== "deployed" || (restored && id !== restored)) continue;
    restored = restores ?? null;
    if (restores) continue;
    if (live) return { id, ...rest };
    live = id;
  }
  if (!live) throw new Refusal(409, `${service} was never deployed`);
  throw new Refusal(409, `There is no deployment of ${service} before ${live}`);
}

/** Hosts of the platform differ in the service's name alone: deploy.dev.do and db.dev.do. */
function siblingUrl(request, service) {
  return `https://${new URL(request.url).hostname.replace(/^deploy/, service)}`;
}

function checkEnvironment(environment, env) {
  if (environment !== env.ENVIRONMENT) {
    throw new Refusal(400, `environment is ${env.ENVIRONMENT} here; each environment has a deploy service of its own`);
  }
}

function checkedService(service) {
  if (typeof service !== "string" || !SERVICE.test(service)) {
    throw new Refusal(400, "service is the name of a service: lower case letters, digits and -");
  }
  return service;
}

function checkedBindings(bindings) {
  const entries = isObject(bindings) ? Object.entries(bindings) : [["", ""]];
  if (!entries.every(([name, service]) => BINDING.test(name) && SERVICE.test(service))) {
    throw new Refusal(400, 'bindings are names with the service behind each: {"DB_SERVICE": "db"}');
  }
  return bindings;
}

/** The bytes of a base64 text, with line breaks or without (D23). */
function decoded(script) {
  let text;
  try {
    text = atob(typeof script === "string" ? script : "");
  } catch {
    throw new Refusal(400, "script is the bundle in base64");
  }
  if (text.length === 0) throw new Refusal(400, "script is the bundle in base64, and it is empty");
  if (text.length > LARGEST_BUNDLE) throw new Refusal(413, `A bundle has at most ${LARGEST_BUNDLE} bytes`);
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

async function body(request) {
  const value = await request.json().catch(() => null);
  if (!isObject(value)) throw new Refusal(400, "The body is a JSON object");
  if (value.metadata !== undefined && !isObject(value.metadata)) throw new Refusal(400, "metadata is an object");
  return value;
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Digests are compared, which tells nobody how much of a guessed key was right. Without a key nobody is authorized. */
async function isAuthorized(request, env) {
  const given = await sha256(new TextEncoder().encode(request.headers.get("authorization") ?? ""));
  const expected = await sha256(new TextEncoder().encode(`Bearer ${env.DEPLOY_API_KEY}`));
  return Boolean(env.DEPLOY_API_KEY) && given === expected;
}

async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function problem(status, error) {
  return Response.json({ error }, { status });
}
