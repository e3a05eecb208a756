import type { ProcessorType } from '../processor.ts'

/** The processors of the framework. Each is imported only when it is needed. */
const BUILTIN_PROCESSORS: Readonly<Record<string, () => Promise<ProcessorType>>> = {
  add_fields: async () => (await import('./add-fields.ts')).default,
}

/** For `did you mean` suggestions. */
export const BUILTIN_PROCESSOR_NAMES: readonly string[] = Object.keys(BUILTIN_PROCESSORS)

/** A built-in processor; undefined if there is none of this name. */
export async function builtinProcessor(name: string): Promise<ProcessorType | undefined> {
  return Object.hasOwn(BUILTIN_PROCESSORS, name) ? BUILTIN_PROCESSORS[name]?.() : undefined
}
