/* eslint-disable */
// Written by `headworks render` from the outputs of a stack. The runtime's own types: @cloudflare/workers-types.
declare namespace Cloudflare {
	interface GlobalProps {
		mainModule: typeof import("./apps/parquedb/worker");
		durableNamespaces: "ParqueDBDO" | "DatabaseIndexDO";
	}
	interface Env {
		AUTH_SECRET: string;
		BUCKET: R2Bucket;
		CACHE_BLOOM_TTL: string;
		CACHE_DATA_TTL: string;
		CACHE_METADATA_TTL: string;
		CACHE_STALE_WHILE_REVALIDATE: string;
		ENVIRONMENT: string;
		JURISDICTION: string;
		LOG_LEVEL: string;
		PARQUEDB: DurableObjectNamespace<import("./apps/parquedb/worker").ParqueDBDO>;
	}
}
interface Env extends Cloudflare.Env {}
declare namespace NodeJS {
	interface ProcessEnv extends Pick<Cloudflare.Env, "AUTH_SECRET" | "CACHE_BLOOM_TTL" | "CACHE_DATA_TTL" | "CACHE_METADATA_TTL" | "CACHE_STALE_WHILE_REVALIDATE" | "ENVIRONMENT" | "JURISDICTION" | "LOG_LEVEL"> {}
}
