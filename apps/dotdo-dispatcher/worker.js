/**
 * The dispatcher: every host of the platform leads here, and from here to the service behind that host.
 *
 * Bindings: DISPATCHER (dispatch namespace), SERVICES (variable: a JSON list of {service, host}, generated from the
 * catalogue), ENVIRONMENT (variable).
 */
const RETRY_SECONDS = "30";

export default {
  async fetch(request, env) {
    const { hostname, pathname } = new URL(request.url);
    const services = JSON.parse(env.SERVICES);
    const found = services.find(({ host }) => host === hostname);
    if (found) return dispatch(request, env, found.service);
    if (isOwn(hostname) && pathname === "/health") return health(env, services);
    return problem(404, "Unknown service", `${hostname} is the host of no service in the catalogue of ${env.ENVIRONMENT}`);
  },
};

/** The host that is no service's. A host that left the catalogue must not look healthy for having its route still. */
function isOwn(hostname) {
  return hostname.endsWith(".workers.dev");
}

function health(env, services) {
  const names = services.map(({ service }) => service);
  return Response.json({ status: "ok", service: "dispatcher", environment: env.ENVIRONMENT, services: names });
}

async function dispatch(request, env, service) {
  try {
    return await env.DISPATCHER.get(service).fetch(request);
  } catch (error) {
    if (isNotDeployed(error)) {
      const detail = `${service} is in the catalogue of ${env.ENVIRONMENT}, but there is no such Worker in the namespace`;
      return problem(503, "Service not deployed", detail, { "retry-after": RETRY_SECONDS });
    }
    console.error(`${service}: ${error.message}`);
    return problem(500, "Service failed", `${service} ended with an error; its log says which`);
  }
}

/** The runtime has no other sign for it than the beginning of the message. */
function isNotDeployed(error) {
  return error instanceof Error && error.message.startsWith("Worker not found");
}

function problem(status, error, detail, headers = {}) {
  return Response.json({ error, detail }, { status, headers });
}
