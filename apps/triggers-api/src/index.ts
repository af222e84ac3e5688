/**
 * TriggersAPI, as small as it can be while using everything that its stack binds to it. `Env` is what `headworks render` wrote.
 */
import { WorkflowEntrypoint } from "cloudflare:workers";
import type { WorkflowEvent, WorkflowStep } from "cloudflare:workers";

const INBOX_SIZE = 100;
const STATUSES = ["pending", "processing", "processed", "acknowledged", "failed"] as const;

type Status = (typeof STATUSES)[number];
type Handler = (request: Request, env: Env, id: string) => Promise<Response>;

interface StoredEvent {
  id: string;
  payload: string; // JSON
  status: Status;
  retries: number;
  created_at: string;
}

interface Message {
  id: string;
  attempt: number;
}

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    for (const [method, pattern, handler] of ROUTES) {
      const match = pattern.exec(pathname);
      if (match && method === request.method) return handler(request, env, match[1] ?? "");
    }
    return problem(404, `There is no ${request.method} ${pathname}`);
  },

  /** One Workflow an event, under the event's id: a message that comes twice starts nothing twice. */
  async queue(batch, env) {
    for (const message of batch.messages) {
      const { id, attempt } = message.body;
      try {
        await env.PROCESS_EVENT_WORKFLOW.create({ id: `${id}-${attempt}`, params: { id } });
        message.ack();
      } catch (error) {
        if (/already exists/i.test(reason(error))) message.ack();
        else message.retry();
      }
    }
  },
} satisfies ExportedHandler<Env, Message>;

/** The life of one event: processing, then processed or failed. Each step is done once, however often the Workflow resumes. */
export class ProcessEventWorkflow extends WorkflowEntrypoint<Env, { id: string }> {
  async run(event: Readonly<WorkflowEvent<{ id: string }>>, step: WorkflowStep): Promise<void> {
    const { id } = event.payload;
    await step.do("begin", () => setStatus(this.env, id, "processing"));
    try {
      const size = await step.do("process", () => process(this.env, id));
      await step.do("finish", () => setStatus(this.env, id, "processed"));
      await step.do("measure", () => measure(this.env, size));
    } catch (error) {
      await step.do("fail", () => setStatus(this.env, id, "failed", reason(error)));
    }
  }
}

const ROUTES: [method: string, pattern: RegExp, handler: Handler][] = [
  ["GET", /^\/health$/, health],
  ["POST", /^\/events$/, authorized(createEvent)],
  ["GET", /^\/inbox$/, authorized(listInbox)],
  ["POST", /^\/inbox\/([^/]+)\/ack$/, authorized(acknowledge)],
  ["POST", /^\/inbox\/([^/]+)\/retry$/, authorized(retry)],
];

async function health(_request: Request, env: Env): Promise<Response> {
  const events = await env.DB.prepare("SELECT COUNT(*) AS events FROM events").first<number>("events");
  return Response.json({ status: "ok", environment: env.ENVIRONMENT, events });
}

/** Lets in whoever has a token of which AUTH_KV holds the keyed hash: a list of its keys gives no token away. */
function authorized(handler: Handler): Handler {
  return async (request, env, id) => {
    const token = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
    const key = token && `auth:${await keyedHash(env.API_SECRET, token)}`;
    if (!key || (await env.AUTH_KV.get(key)) !== "valid") return problem(401, "A valid bearer token is needed");
    if (!(await env.RATE_LIMIT.limit({ key })).success) return problem(429, "Too many requests");
    return handler(request, env, id);
  };
}

async function keyedHash(secret: string, text: string): Promise<string> {
  const bytes = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes.encode(secret), algorithm, false, ["sign"]);
  const hash = await crypto.subtle.sign("HMAC", key, bytes.encode(text));
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function createEvent(request: Request, env: Env): Promise<Response> {
  const { payload } = await request.json<{ payload?: unknown }>().catch(() => ({ payload: undefined }));
  if (payload === undefined) return problem(400, "An event has a payload");
  const id = crypto.randomUUID();
  await env.DB.prepare("INSERT INTO events (id, payload) VALUES (?, ?)").bind(id, JSON.stringify(payload)).run();
  await env.EVENT_QUEUE.send({ id, attempt: 0 } satisfies Message);
  return Response.json({ id, status: "pending" }, { status: 201 });
}

/** GET /inbox?status=failed */
async function listInbox(request: Request, env: Env): Promise<Response> {
  const asked = new URL(request.url).searchParams.get("status") ?? "processed";
  const status = STATUSES.find((each) => each === asked);
  if (!status) return problem(400, `status is one of ${STATUSES.join(", ")}`);
  const query = "SELECT id, payload, status, retries, created_at FROM events WHERE status = ? ORDER BY created_at DESC LIMIT ?";
  const { results } = await env.DB.prepare(query).bind(status, INBOX_SIZE).all<StoredEvent>();
  return Response.json({ events: results.map((event) => ({ ...event, payload: JSON.parse(event.payload) })) });
}

async function acknowledge(_request: Request, env: Env, id: string): Promise<Response> {
  const changes = await setStatus(env, id, "acknowledged");
  return changes ? Response.json({ id, status: "acknowledged" }) : problem(404, `There is no event ${id}`);
}

async function retry(_request: Request, env: Env, id: string): Promise<Response> {
  const statement = "UPDATE events SET status = 'pending', retries = retries + 1, error = NULL WHERE id = ? AND status = 'failed' RETURNING retries";
  const attempt = await env.DB.prepare(statement).bind(id).first<number>("retries");
  if (attempt === null) return problem(404, `There is no failed event ${id}`);
  await env.EVENT_QUEUE.send({ id, attempt } satisfies Message);
  return Response.json({ id, status: "pending" }, { status: 202 });
}

/** What a system does with an event is its own matter: here it only reads it. */
async function process(env: Env, id: string): Promise<number> {
  const payload = await env.DB.prepare("SELECT payload FROM events WHERE id = ?").bind(id).first<string>("payload");
  if (payload === null) throw new Error(`There is no event ${id}`);
  return payload.length;
}

/** Answers how many events there were to set: one or none. */
async function setStatus(env: Env, id: string, status: Status, error: string | null = null): Promise<number> {
  const statement = "UPDATE events SET status = ?, error = ?, updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE id = ?";
  const { meta } = await env.DB.prepare(statement).bind(status, error, id).run();
  return meta.changes;
}

async function measure(env: Env, size: number): Promise<void> {
  await env.METRICS_KV.put("last-event", JSON.stringify({ at: new Date().toISOString(), size }));
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function problem(status: number, detail: string): Response {
  return Response.json({ status, detail }, { status });
}
