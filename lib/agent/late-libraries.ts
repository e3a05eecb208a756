import { keepLateLibraries } from '../sandbox/native-libraries.ts'
import { refusesLibraries } from '../seccomp/kernel/libraries.ts'
import { filtersMappings } from '../seccomp/policy/executable-memory.ts'
import type { Plan } from './plan.ts'

/** What to say where `late_libraries: refuse` can't be had. */
export function unseenMappings({ sandbox }: Pick<Plan, 'sandbox'>): string | undefined {
  if (!sandbox.ready || sandbox.config.late_libraries === 'allow') return undefined
  const { architecture } = sandbox.policy
  if (filtersMappings(architecture)) return undefined
  const why = `on ${architecture.name} mmap takes a pointer, which no filter sees`
  return `seccomp.late_libraries: refuse has no effect: ${why}`
}

/** Prepares the process for a filter under which no library is loaded. Returns what has been loaded for later. */
export function prepareForNoLibraries({ sandbox }: Pick<Plan, 'sandbox'>): readonly string[] {
  if (!sandbox.ready || !refusesLibraries(sandbox)) return []
  // Else V8 maps its own builtins again for each thread, from Node's file, and ends the process if it can't.
  process.getBuiltinModule('node:v8').setFlagsFromString('--no-short-builtin-calls')
  return keepLateLibraries()
}
