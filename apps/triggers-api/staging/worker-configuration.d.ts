/* eslint-disable */
// Written by `headworks render` from the outputs of a stack. The runtime's own types: @cloudflare/workers-types.
declare namespace Cloudflare {
	interface GlobalProps {
		mainModule: typeof import("../src/index");
	}
	interface Env {
		API_SECRET: string;
		AUTH_KV: KVNamespace;
		DB: D1Database;
		ENVIRONMENT: string;
		EVENT_QUEUE: Queue;
		LOG_LEVEL: string;
		METRICS_KV: KVNamespace;
		PROCESS_EVENT_WORKFLOW: Workflow<Parameters<import("../src/index").ProcessEventWorkflow['run']>[0]['payload']>;
		RATE_LIMIT: RateLimit;
	}
}
interface Env extends Cloudflare.Env {}
declare namespace NodeJS {
	interface ProcessEnv extends Pick<Cloudflare.Env, "API_SECRET" | "ENVIRONMENT" | "LOG_LEVEL"> {}
}
