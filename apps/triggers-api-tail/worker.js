/**
 * The tail Worker of TriggersAPI: Cloudflare hands it the log of each request, and it keeps what went wrong.
 *
 * One line of JSON for each failed request and each error that the code logged, so that a log search finds it.
 */
export default {
  async tail(events) {
    for (const event of events) {
      for (const line of findings(event)) console.log(JSON.stringify(line));
    }
  },
};

function* findings({ scriptName, outcome, eventTimestamp, event, exceptions, logs }) {
  const common = { script: scriptName, outcome, at: eventTimestamp, path: pathOf(event) };
  for (const { name, message } of exceptions ?? []) yield { ...common, type: "exception", name, message };
  for (const { level, message } of logs ?? []) {
    if (level === "error") yield { ...common, type: "log", message: [message].flat().map(String).join(" ") };
  }
  if (outcome !== "ok" && !exceptions?.length) yield { ...common, type: "outcome" };
}

/** Without the query, which may hold what nobody should find in a log. */
function pathOf(event) {
  return event?.request?.url ? new URL(event.request.url).pathname : null;
}
