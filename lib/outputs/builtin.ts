import type { OutputType } from '../output.ts'

/** The outputs of the framework. Each is imported only when it is needed. */
const BUILTIN_OUTPUTS: Readonly<Record<string, () => Promise<OutputType>>> = {
  console: async () => (await import('./console/console.ts')).default,
  elasticsearch: async () => (await import('./elasticsearch/elasticsearch.ts')).default,
  file: async () => (await import('./file/file.ts')).default,
  http: async () => (await import('./http/http.ts')).default,
  logstash: async () => (await import('./logstash/logstash.ts')).default,
  otlp: async () => (await import('./otlp/otlp.ts')).default,
  redis: async () => (await import('./redis/redis.ts')).default,
  syslog: async () => (await import('./syslog/syslog.ts')).default,
}

/** Outputs of this project that are packages of their own, by the names that users look for. */
export const PACKAGED_OUTPUTS: ReadonlyMap<string, string> = new Map([
  ['kafka', 'sealbeat-output-kafka'],
])

/** For `did you mean` suggestions. */
export const BUILTIN_OUTPUT_NAMES: readonly string[] = Object.keys(BUILTIN_OUTPUTS)

/** A built-in output; undefined if there is none of this name. */
export async function builtinOutput(name: string): Promise<OutputType | undefined> {
  return Object.hasOwn(BUILTIN_OUTPUTS, name) ? BUILTIN_OUTPUTS[name]?.() : undefined
}
