// Where the client of Kafka runs: it needs a newer Node than the agent, and WebAssembly.

/** Of `engines` of the client. */
const OLDEST = [22, 22] as const

interface Platform {
  /** `22.22.0`. */
  readonly node: string
  readonly hasWebAssembly: boolean
}

export function thisPlatform(): Platform {
  return { node: process.versions.node, hasWebAssembly: 'WebAssembly' in globalThis }
}

/** Why it does not run here, in words; undefined if it does. */
export function platformProblem({ node, hasWebAssembly }: Platform): string | undefined {
  const [major = 0, minor = 0] = node.split('.').map(Number)
  const [oldestMajor, oldestMinor] = OLDEST
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
    return `must run on Node ${OLDEST.join('.')} or later, not ${node}: its client of Kafka does`
  }
  if (!hasWebAssembly) {
    return 'must not run with --jitless: its client of Kafka needs WebAssembly'
  }
  return undefined
}
