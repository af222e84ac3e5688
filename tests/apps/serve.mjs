// Serves a Worker over HTTP under Node: node serve.mjs WORKER.mjs, its bindings as JSON in BINDINGS. It prints its address,
// and ends when its standard input does.
import { createServer } from "node:http";

const PAGE = 2; // objects a listing returns at once, so that whoever forgets to ask for the next page is found out

/** An R2 bucket in memory, with a lock on `bundles/`. */
function bucket() {
  const objects = new Map();
  const stored = (key) =>
    objects.has(key)
      ? { key, json: async () => JSON.parse(objects.get(key).toString()), arrayBuffer: async () => objects.get(key) }
      : null;
  return {
    get: async (key) => stored(key),
    head: async (key) => stored(key),
    async put(key, value) {
      if (key.startsWith("bundles/") && objects.has(key)) throw new Error(`${key} is locked`);
      objects.set(key, Buffer.from(value));
    },
    async list({ prefix, delimiter, cursor = "" }) {
      const end = (key) => (delimiter ? key.indexOf(delimiter, prefix.length) + 1 : 0);
      const groups = [...objects.keys()]
        .filter((key) => key.startsWith(prefix))
        .map((key) => ({ key: end(key) ? key.slice(0, end(key)) : key, isPrefix: end(key) > 0 }));
      const found = [...new Map(groups.map((group) => [group.key, group])).values()]
        .sort((one, other) => (one.key < other.key ? -1 : 1))
        .filter(({ key }) => key > cursor);
      const page = found.slice(0, PAGE);
      return {
        objects: page.filter(({ isPrefix }) => !isPrefix).map(({ key }) => stored(key)),
        delimitedPrefixes: page.filter(({ isPrefix }) => isPrefix).map(({ key }) => key),
        truncated: found.length > PAGE,
        cursor: page.at(-1)?.key,
      };
    },
  };
}

/** A dispatch namespace: what each Worker in it does. */
function namespace(workers) {
  const answers = {
    echoes: async (name, request) =>
      Response.json({ name, method: request.method, url: request.url, body: await request.text() }),
    throws: async () => {
      throw new Error("the connection string postgres://user:planted-secret@db was refused");
    },
  };
  return {
    get: (name) => ({
      async fetch(request) {
        if (!(name in workers)) throw new Error(`Worker not found.`);
        return answers[workers[name]](name, request);
      },
    }),
  };
}

const { variables = {}, buckets = [], namespaces = {} } = JSON.parse(process.env.BINDINGS);
const env = { ...variables };
for (const name of buckets) env[name] = bucket();
for (const [name, workers] of Object.entries(namespaces)) env[name] = namespace(workers);

const { default: worker } = await import(process.argv[2]);

const server = createServer(async (incoming, outgoing) => {
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const { method, url, headers } = incoming;
  const body = chunks.length > 0 ? Buffer.concat(chunks) : undefined;
  try {
    const response = await worker.fetch(new Request(`http://${headers.host}${url}`, { method, headers, body }), env);
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  } catch (error) {
    console.error(error);
    outgoing.writeHead(599).end();
  }
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
process.stdin.resume().on("end", () => process.exit());
