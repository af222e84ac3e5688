// What wrangler understands, for `headworks lint-runbook`: its commands with their flags and arguments, and the keys of its
// configuration, as headworks/lint_runbook/wrangler.json. To take over a release of wrangler, in an empty folder:
//
//   npm install --ignore-scripts wrangler@VERSION
//   node …/scripts/wrangler_words.cjs node_modules/wrangler …/headworks/lint_runbook/wrangler.json
"use strict";

const { readFileSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { join, resolve } = require("node:path");

const [folder, output] = process.argv.slice(2);
const GLOBAL_FLAGS_OF_ALL_PROGRAMS = { help: "switch", h: "switch", version: "switch" };

function main() {
  loadWithoutBinaries();
  const version = JSON.parse(readFileSync(join(folder, "package.json"))).version;
  const { registry, globalFlags } = require(resolve(folder, "wrangler-dist/cli.js")).experimental_getWranglerCommands();
  const schema = JSON.parse(readFileSync(join(folder, "config-schema.json")));
  const commands = {};
  collect(registry, [], commands);
  write({
    version,
    global_flags: { ...flags(globalFlags), ...GLOBAL_FLAGS_OF_ALL_PROGRAMS },
    commands,
    configuration: keys(schema, schema.definitions.RawConfig),
    environment: keys(schema, schema.definitions.RawEnvironment),
    not_inherited: notInherited(),
  });
}

/** The words are in wrangler's own code; workerd, esbuild and the like are programs for platforms, which nobody runs here. */
function loadWithoutBinaries() {
  const nothing = new Proxy(function () {}, {
    get: (target, key) => (key === "then" ? undefined : key === Symbol.toPrimitive ? () => "" : key in target ? target[key] : nothing),
    apply: () => nothing,
    construct: () => nothing,
  });
  const load = Module._load;
  Module._load = function (...request) {
    try {
      return load.apply(this, request);
    } catch (error) {
      if (error.code === "MODULE_NOT_FOUND") return nothing;
      throw error;
    }
  };
}

function collect(node, words, commands) {
  const definition = node.definition?.type === "alias" ? findAlias(node.definition, commands) : node.definition;
  if (definition?.type === "namespace") commands[words.join(" ")] = null;
  else if (definition?.type === "command") commands[words.join(" ")] = { flags: flags(definition.args), arguments: positional(definition) };
  else if (definition) commands[words.join(" ")] = definition;
  for (const [word, child] of node.subtree) collect(child, [...words, word], commands);
}

function findAlias(definition, commands) {
  return commands[definition.aliasOf.replace(/^wrangler /, "")] ?? { flags: {}, arguments: null };
}

/** Flag → "switch" (takes no value), "value", "values" (one or more), or the list of values that there are. */
function flags(args = {}) {
  const known = {};
  for (const [name, option] of Object.entries(args)) {
    const kind = option.choices ?? (option.type === "boolean" ? "switch" : option.array ? "values" : "value");
    for (const alias of [name, ...[option.alias ?? []].flat()]) known[alias] = kind;
  }
  return known;
}

/** How many arguments a command takes at most; null for any number. */
function positional(definition) {
  const names = definition.positionalArgs ?? [];
  return names.some((name) => definition.args[name]?.array) ? null : names.length;
}

/** Key → the keys below it, through lists; null where anything may stand. */
function keys(schema, type, above = []) {
  if (type.$ref) {
    if (above.includes(type.$ref)) return null;
    return keys(schema, schema.definitions[decodeURIComponent(type.$ref.replace("#/definitions/", ""))], [...above, type.$ref]);
  }
  if (type.items && !Array.isArray(type.items)) return keys(schema, type.items, above);
  const alternatives = type.anyOf ?? type.allOf ?? type.oneOf;
  if (alternatives) return merged(alternatives.map((each) => keys(schema, each, above)).filter((each) => each !== undefined));
  if (type.type === "object" && type.properties && type.additionalProperties === false) {
    return Object.fromEntries(Object.entries(type.properties).map(([key, value]) => [key, keys(schema, value, above) ?? null]));
  }
  return type.type === "object" || type.type === undefined ? null : undefined; // undefined: a scalar has no keys
}

function merged(trees) {
  return trees.includes(null) || trees.length === 0 ? null : Object.assign({}, ...trees);
}

/** Bindings, variables and the like, which `env.NAME` does not take over from the top level: wrangler's validation names them. */
function notInherited() {
  const code = readFileSync(join(folder, "wrangler-dist/cli.js"), "utf8");
  const calls = code.matchAll(/notInheritable\(\s*diagnostics\w*,\s*topLevelEnv,\s*rawConfig,\s*rawEnv,\s*envName,\s*"(\w+)"/g);
  return [...new Set([...calls].map((call) => call[1]))].sort();
}

/** One command and one key a line: what a release changes is what a diff shows. */
function write(document) {
  const sections = Object.entries(document).map(([name, value]) => {
    if (typeof value !== "object" || Array.isArray(value)) return `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`;
    const lines = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
    return `  ${JSON.stringify(name)}: {\n${lines.map(([key, each]) => `    ${JSON.stringify(key)}: ${JSON.stringify(each)}`).join(",\n")}\n  }`;
  });
  writeFileSync(output, `{\n${sections.join(",\n")}\n}\n`);
}

main();
process.exit(0); // wrangler leaves something open
