import type { OutputType } from '../output.ts'

/** The outputs that come with the framework, each imported only once it is asked for. */
const BUILTIN_OUTPUTS: Readonly<Record<string, () => Promise<OutputType>>> = {
  console: async () => (await import('./console/console.ts')).default,
  file: async () => (await import('./file/file.ts')).default,
}

/** For a `did you mean`. */
export const BUILTIN_OUTPUT_NAMES: readonly string[] = Object.keys(BUILTIN_OUTPUTS)

/** Undefined where no output of that name is built in. */
export async function builtinOutput(name: string): Promise<OutputType | undefined> {
  return Object.hasOwn(BUILTIN_OUTPUTS, name) ? BUILTIN_OUTPUTS[name]?.() : undefined
}
