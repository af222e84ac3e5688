/* eslint-disable */
// Written by `headworks render` from the outputs of a stack. The runtime's own types: @cloudflare/workers-types.
declare namespace Cloudflare {
	interface GlobalProps {
		mainModule: typeof import("../../../triggers-api-tail/worker");
	}
	interface Env {
	}
}
interface Env extends Cloudflare.Env {}
