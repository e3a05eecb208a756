import type { Schema } from 'convict'
import { messageOf, type Path, type Report } from '../../errors.ts'
import type { RawSection } from '../config.ts'
import { parseSection } from './section.ts'

/** The part of a plugin that says which settings it takes. */
interface Configurable<S> {
  readonly schema: Schema<S>
  check?(settings: S): unknown
}

const FAULT = "its check of settings is invalid; report this to the plugin's author"

/**
 * The settings of a plugin, which its schema and the plugin itself have approved; undefined after a problem,
 * which has been reported. The plugin is asked only about settings that have no problem otherwise.
 */
export function parseSettings<S>(
  plugin: Configurable<S>,
  section: RawSection,
  report: Report,
): S | undefined {
  const settings = parseSection(plugin.schema, section, report)
  if (settings === undefined) return undefined
  try {
    const problems = problemsIn(plugin.check?.(settings) ?? [])
    for (const { path, message } of problems) report([...section.path, ...path], message)
    return problems.length === 0 ? settings : undefined
  } catch (thrown) {
    return void report(section.path, `${FAULT}: ${messageOf(thrown)}`, FAULT)
  }
}

/** A plugin is anybody's code, so its answer is checked. */
function problemsIn(answer: unknown): readonly { readonly path: Path; readonly message: string }[] {
  if (!Array.isArray(answer)) throw new TypeError('it returned no list of problems')
  return answer.map((each: unknown) => {
    const { path, message }: Record<string, unknown> = { ...Object(each) }
    if (!isPath(path) || typeof message !== 'string') {
      throw new TypeError('a problem has to be { path: [keys], message }')
    }
    return { path, message }
  })
}

function isPath(value: unknown): value is Path {
  return Array.isArray(value) && value.every(key => ['string', 'number'].includes(typeof key))
}
