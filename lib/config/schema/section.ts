import convict, { type Schema } from 'convict'
import { messageOf, type Report } from '../../errors.ts'
import type { RawSection } from '../config.ts'
import { applyBranch } from './apply-schema.ts'
import type { SchemaBranch } from './leaf.ts'

/**
 * Validates a plugin's section against its convict schema and fills in the defaults. Every problem is
 * reported with its full path; the result is undefined if there was one. Strings are never coerced (convict
 * alone would accept `12 monkeys` as 12). A schema's `env` and `arg` are ignored: `${VAR}` and -E work for
 * every setting, where the user can see them.
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
 * Like `parseSection`, but with defaults in place of wrong values, so that the rest can be checked. The
 * result is undefined if the schema itself is invalid: the plugin's fault, reported at its section.
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
    const fault = "its schema is invalid; report this to the plugin's author"
    report(section.path, `${fault}: ${reasonOf(thrown)}`, fault)
    return undefined
  }
}

/** Removes the value that convict appends: the format's own message mostly contains it. */
function reasonOf(thrown: unknown): string {
  return messageOf(thrown).replace(/: value was .*/, '')
}

function branchOf<S>(schema: Schema<S>): SchemaBranch {
  return { ...schema }
}
