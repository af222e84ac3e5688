/* eslint-disable */
// Written by `headworks render` from the outputs of a stack. The runtime's own types: @cloudflare/workers-types.
declare namespace Cloudflare {
	interface GlobalProps {
		mainModule: typeof import("./apps/dotdo-dispatcher/worker");
	}
	interface Env {
		DISPATCHER: DispatchNamespace;
		ENVIRONMENT: string;
		SERVICES: string;
	}
}
interface Env extends Cloudflare.Env {}
