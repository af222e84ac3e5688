/* eslint-disable */
// Written by `headworks render` from the outputs of a stack. The runtime's own types: @cloudflare/workers-types.
declare namespace Cloudflare {
	interface GlobalProps {
		mainModule: typeof import("./apps/rockhounding-api/worker");
		durableNamespaces: "ExportCoordinatorDO" | "StatePackRegistryDO";
	}
	interface Env {
		ADMIN_API_KEY: string;
		CACHE_KV: KVNamespace;
		EXPORTS_BUCKET: R2Bucket;
		EXPORTS_QUEUE: Queue;
		EXPORT_COORDINATOR: DurableObjectNamespace<import("./apps/rockhounding-api/worker").ExportCoordinatorDO>;
		MAPBOX_API_KEY: string;
		MEDIA_BUCKET: R2Bucket;
		SESSION_KV: KVNamespace;
		STATE_PACKS_BUCKET: R2Bucket;
		STATE_PACK_REGISTRY: DurableObjectNamespace<import("./apps/rockhounding-api/worker").StatePackRegistryDO>;
		SUPABASE_SERVICE_ROLE_KEY: string;
		SUPABASE_URL: string;
	}
}
interface Env extends Cloudflare.Env {}
