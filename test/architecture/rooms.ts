/** A part of the code. Its files may import each other and the rooms that it names. */
export interface Room {
  readonly files: RegExp
  /** Rooms and packages (`npm:`) by name; a name stands for all below it too: `seccomp`, `seccomp/policy`. */
  readonly imports: readonly string[]
  /** Those of which only types may be imported. */
  readonly types?: readonly string[]
}

const SECCOMP = ['seccomp/policy', 'seccomp/architectures', 'errors']

/**
 * From the bottom to the top; the first room that fits a file is its room. docs/architecture.md draws
 * them. `lib/seccomp` could be published alone tomorrow, anybody could have written a beat, and the
 * contracts import nothing but types.
 */
export const ROOMS: Readonly<Record<string, Room>> = {
  errors: { files: /^lib\/(errors|suggest)\.ts$/, imports: ['npm:fastest-levenshtein'] },
  accounts: { files: /^lib\/trust\/accounts\.ts$/, imports: [] },
  basics: {
    files:
      /^lib\/(backoff|debug-port|jitless|own-field|own-package|regular-file|retry-after|settled|folders|system-errors)\.ts$/,
    imports: ['errors', 'accounts'],
  },
  trust: { files: /^lib\/trust\//, imports: ['errors', 'accounts', 'basics'] },
  'host/native': { files: /^lib\/host\/native\.ts$/, imports: [] },
  addon: {
    files: /^lib\/addon\.ts$/,
    imports: ['errors', 'basics'],
    types: ['host/native'],
  },
  contracts: {
    files: /^lib\/(beat|event|output|plugin|processor|watermark)\.ts$/,
    imports: [],
    types: ['errors', 'npm:convict', 'npm:pino'],
  },

  'seccomp/architectures': { files: /^lib\/seccomp\/architectures\//, imports: [] },
  'seccomp/policy': {
    files: /^lib\/seccomp\/policy\//,
    imports: ['seccomp/architectures', 'errors'],
  },
  'seccomp/compiler': { files: /^lib\/seccomp\/compiler\//, imports: SECCOMP },
  'seccomp/explain': {
    files: /^lib\/seccomp\/explain\//,
    imports: ['seccomp/compiler', ...SECCOMP],
  },
  'seccomp/export': {
    files: /^lib\/seccomp\/export\//,
    imports: ['seccomp/compiler', ...SECCOMP],
  },
  'seccomp/import': {
    files: /^lib\/seccomp\/import\//,
    imports: ['seccomp/compiler', ...SECCOMP],
  },
  'seccomp/kernel/addon': {
    files: /^lib\/seccomp\/kernel\/(denials|kernel|proof|restart)\.ts$/,
    imports: ['addon', 'seccomp/kernel', 'seccomp/compiler', ...SECCOMP],
  },
  'seccomp/kernel': {
    files: /^lib\/seccomp\/kernel\//,
    imports: ['seccomp/kernel', 'seccomp/compiler', ...SECCOMP],
  },
  'seccomp/check': {
    files: /^lib\/seccomp\/check\//,
    imports: SECCOMP,
    types: ['seccomp/kernel'],
  },
  'seccomp/record/addon': {
    files: /^lib\/seccomp\/record\/(native|recorded-process)\.ts$/,
    imports: ['addon', 'seccomp/record', 'seccomp/compiler', ...SECCOMP],
  },
  'seccomp/record': {
    files: /^lib\/seccomp\/record\//,
    imports: ['seccomp/record', 'seccomp/export', 'seccomp/compiler', ...SECCOMP],
  },
  'seccomp/index': {
    files: /^lib\/seccomp\/index\.ts$/,
    imports: ['seccomp/policy'],
    types: ['seccomp/architectures'],
  },
  'sandbox/check': {
    files: /^lib\/sandbox\/check\//,
    imports: ['sandbox', 'seccomp/check', 'seccomp/policy'],
    types: ['config/config', 'trust'],
  },
  'sandbox/kernel': {
    files: /^lib\/sandbox\/(become|confine|native-libraries|ruleset|undumpable)\.ts$/,
    imports: ['addon', 'sandbox', 'trust', 'errors'],
    types: ['config/config'],
  },
  sandbox: {
    files: /^lib\/sandbox\//,
    imports: ['trust', 'accounts'],
    types: ['contracts', 'config/config'],
  },
  audit: { files: /^lib\/audit\//, imports: ['addon', 'errors'] },
  host: { files: /^lib\/host\//, imports: ['addon'], types: ['host/native'] },

  'config/config': {
    files: /^lib\/config\/config\.ts$/,
    imports: [],
    types: ['errors', 'seccomp/policy'],
  },
  'config/problems': {
    files: /^lib\/config\/(finding|problems|source\/position)\.ts$/,
    imports: ['errors'],
    types: ['config/source'],
  },
  'config/texts': { files: /^lib\/config\/texts\.ts$/, imports: [] },
  'config/schema': {
    files: /^lib\/config\/schema\//,
    imports: ['config/texts', 'errors', 'npm:convict'],
    types: ['config/config'],
  },
  'config/source': {
    files: /^lib\/config\/source\//,
    imports: ['config/problems', 'config/texts', 'trust', 'errors', 'basics', 'npm:yaml'],
    types: ['config/config'],
  },
  'config/parse': {
    files: /^lib\/config\//,
    imports: ['config', 'seccomp/policy', 'errors', 'npm:convict'],
    types: ['contracts'],
  },

  regex: { files: /^lib\/regex\//, imports: ['errors', 'npm:re2js'] },
  'processors/field': {
    files: /^lib\/processors\/(field|touching)\.ts$/,
    imports: ['basics'],
    types: ['contracts'],
  },
  conditions: {
    files: /^lib\/conditions\//,
    imports: ['processors/field', 'regex', 'config/schema', 'errors'],
    types: ['contracts'],
  },

  'pipeline/line-ends': { files: /^lib\/pipeline\/line-ends\.ts$/, imports: [] },
  pipeline: {
    files: /^lib\/pipeline\//,
    imports: ['pipeline/line-ends', 'errors', 'basics'],
    types: ['contracts', 'config/config', 'npm:pino'],
  },
  'outputs/rotation': {
    files: /^lib\/outputs\/file\/(kept-folder|rotating-file|rotation|torn-line)\.ts$/,
    imports: ['errors', 'basics'],
  },
  outputs: {
    files: /^lib\/outputs\//,
    imports: [
      ...['outputs/rotation', 'log/readable', 'contracts', 'config/schema', 'conditions'],
      ...['errors', 'basics'],
      ...['npm:convict', 'npm:ioredis'],
    ],
    types: ['npm:pino'],
  },
  processors: {
    files: /^lib\/processors\//,
    imports: [
      ...['processors/field', 'contracts', 'config/schema', 'conditions', 'regex', 'errors'],
      'basics',
    ],
  },
  'log/readable': { files: /^lib\/log\/(flow|readable|terminal)\.ts$/, imports: [] },
  log: {
    files: /^lib\/log\//,
    imports: ['log/readable', 'outputs/rotation', 'errors', 'basics', 'npm:pino'],
    types: ['config/config'],
  },

  'agent/process': {
    files: /^lib\/agent\/process\//,
    imports: ['log', 'addon', 'sandbox', 'errors', 'basics'],
    types: ['contracts', 'agent/plan', 'npm:pino'],
  },
  'agent/plugins': {
    files: /^lib\/agent\/plugins\//,
    imports: [
      ...['agent/process', 'agent/plan', 'outputs', 'processors', 'conditions', 'config'],
      ...['regex', 'sandbox', 'trust', 'contracts', 'errors', 'basics'],
      ...['npm:import-meta-resolve', 'npm:semver'],
    ],
  },
  'agent/plan': {
    files: /^lib\/agent\/(agent-plugin|declared-sockets|plan)\.ts$/,
    imports: ['agent/plan', 'config/parse', 'errors', 'basics'],
    types: [
      ...['contracts', 'conditions', 'pipeline', 'config', 'sandbox'],
      ...['seccomp/kernel', 'seccomp/policy'],
    ],
  },
  'agent/configure': {
    files: /^lib\/agent\/configure\.ts$/,
    imports: [
      ...['agent/plugins', 'agent/plan', 'config', 'sandbox', 'seccomp/kernel'],
      ...['errors', 'basics'],
    ],
  },
  'agent/beats': {
    files: /^lib\/agent\/beats\//,
    imports: [
      ...['agent/process', 'agent/plan', 'pipeline', 'processors/field', 'errors', 'basics'],
      'npm:pino',
    ],
    types: ['config/config', 'conditions', 'contracts'],
  },
  'agent/reload': {
    files: /^lib\/agent\/reload\//,
    imports: [
      ...['agent/beats', 'agent/process', 'agent/plan', 'agent/plugins'],
      ...['sandbox', 'seccomp/policy', 'errors', 'basics'],
    ],
    types: ['contracts', 'agent/configure', 'agent/stages', 'seccomp/kernel', 'npm:pino'],
  },
  'agent/stages': {
    files: /^lib\/agent\//,
    imports: [
      ...['agent', 'pipeline', 'config/schema', 'sandbox', 'seccomp/kernel', 'seccomp/export'],
      ...['seccomp/policy', 'trust', 'log/readable', 'errors', 'basics'],
    ],
    types: ['contracts', 'config/config', 'npm:pino'],
  },

  packaging: {
    files: /^lib\/packaging\//,
    imports: [
      ...['agent/configure', 'agent/plan', 'agent/plugins', 'config/source'],
      ...['seccomp/export', 'seccomp/architectures'],
      ...['addon', 'errors', 'basics'],
    ],
    types: ['contracts', 'seccomp/policy'],
  },
  boot: { files: /^lib\/boot\//, imports: ['errors', 'basics'] },
  testing: {
    files: /^lib\/testing\//,
    imports: [
      'contracts',
      'config/schema',
      'agent/plugins',
      'pipeline/line-ends',
      'seccomp/architectures',
      'errors',
      'basics',
      'npm:pino',
    ],
  },
  // It runs as root, and the rest of the agent is not to.
  relay: { files: /^lib\/relay\//, imports: ['addon'] },
  index: { files: /^lib\/index\.ts$/, imports: ['contracts', 'config/schema', 'errors', 'basics'] },
  'cli/export': {
    files: /^lib\/cli\/export\//,
    imports: [
      ...['cli', 'agent/configure', 'agent/process', 'config/parse', 'config/source'],
      ...['config/schema', 'log', 'errors', 'basics', 'cli/installed', 'seccomp/policy'],
    ],
    types: ['agent/plan', 'contracts'],
  },
  'cli/installed': {
    files: /^lib\/cli\/installed\//,
    imports: [
      ...['cli', 'agent/plugins', 'agent/process', 'config/parse', 'config/source'],
      ...['log', 'basics'],
    ],
  },
  'cli/delivery': {
    files: /^lib\/cli\/delivery\//,
    imports: [
      ...['cli', 'pipeline', 'config/parse', 'config/source'],
      ...['agent/process', 'errors', 'basics'],
    ],
  },
  cli: {
    files: /^lib\/cli\//,
    imports: [
      ...['packaging', 'boot', 'agent', 'config/source', 'config/schema', 'seccomp'],
      ...['sandbox', 'trust', 'accounts', 'contracts', 'addon', 'log', 'errors', 'basics'],
      ...['cli/delivery', 'cli/export', 'cli/installed'],
    ],
  },
  'packages/kafka': {
    files: /^packages\/kafka\//,
    imports: ['npm:sealbeat', 'npm:@platformatic/kafka'],
    types: ['npm:convict', 'npm:pino'],
  },
  beats: {
    files: /^beats\//,
    imports: ['npm:sealbeat', 'npm:chai', 'npm:fast-check', 'npm:pino'],
  },
}
