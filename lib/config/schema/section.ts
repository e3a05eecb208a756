import convict, { type Schema } from 'convict'
import { messageOf, type Report } from '../../errors.ts'
import type { RawSection } from '../config.ts'
import { applyBranch } from './apply-schema.ts'
import type { SchemaBranch } from './leaf.ts'

/**
 * Validates a plugin's section by its convict schema and fills in the defaults. Every problem is
 * reported with its full path; then, and only then, the result is undefined. A string is never coerced
 * (convict by itself takes `12 monkeys` for 12), and a schema's `env` and `arg` are not honoured:
 * `${VAR}` and -E do that for every setting alike, where the user can see it.
 */
export function parseSection<S>(
  schema: Schema<S>,
  section: RawSection,
  report: Report,
): S | undefined {
  let sound = true
  const settings = applySchema(schema, section, (path, message, unseen) => {
    sound = false
    report(path, message, unseen)
  })
  return sound ? settings : undefined
}

/**
 * The same, with the default in place of whatever is wrong, so that the rest can be looked at. Undefined
 * where the schema itself is wrong, which is the plugin's fault and reported at its section.
 */
export function applySchema<S>(
  schema: Schema<S>,
  section: RawSection,
  report: Report,
): S | undefined {
  let sound = true
  try {
    const applied = applyBranch(branchOf(schema), section, (path, message, unseen) => {
      sound = false
      report(path, message, unseen)
    })
    const config = convict(applied as Schema<S>, { env: {}, args: [] })
    if (sound) config.validate({ allowed: 'strict' })
    return config.getProperties()
  } catch (thrown) {
    const fault = 'its schema is wrong, which is the fault of its author'
    report(section.path, `${fault}: ${reasonOf(thrown)}`, fault)
    return undefined
  }
}

/** convict adds the value to what a format says, which has it mostly. */
function reasonOf(thrown: unknown): string {
  return messageOf(thrown).replace(/: value was .*/, '')
}

function branchOf<S>(schema: Schema<S>): SchemaBranch {
  return { ...schema }
}
