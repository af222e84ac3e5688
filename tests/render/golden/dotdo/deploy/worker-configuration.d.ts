/* eslint-disable */
// Written by `headworks render` from the outputs of a stack. The runtime's own types: @cloudflare/workers-types.
declare namespace Cloudflare {
	interface GlobalProps {
		mainModule: typeof import("../apps/dotdo-deploy/worker");
	}
	interface Env {
		BUNDLES: R2Bucket;
		CLOUDFLARE_ACCOUNT_ID: string;
		CLOUDFLARE_API_TOKEN: string;
		DEPLOY_API_KEY: string;
		ENVIRONMENT: string;
		NAMESPACE: string;
		NEON: Hyperdrive;
	}
}
interface Env extends Cloudflare.Env {}
