// `sealbeat export schema`: beat.yml as JSON Schema, with the plugins that are built in and installed, for editors.

import { EXIT, type ExitCode } from '../../agent/process/exit.ts'
import { version } from '../../own-package.ts'
import type { Call } from '../command.ts'
import { findPlugins } from '../installed/found.ts'
import { printJson } from '../print.ts'
import { documentSchema } from './schema/document.ts'

/** A package that can't be loaded may be any of these. */
const KINDS = ['beat', 'output', 'processor'] as const

export async function exportSchema(call: Call): Promise<ExitCode> {
  const { plugins } = await findPlugins(call)
  for (const { type, problem } of plugins) {
    if (problem === undefined) continue
    process.stderr.write(`warning: the schema takes any settings for ${type}: ${problem}\n`)
  }
  const known = plugins.flatMap(({ kind, type, plugin }) =>
    (kind ? [kind] : KINDS).map(each => ({ kind: each, type, plugin })),
  )
  const packages = plugins.filter(({ from, plugin }) => from === 'package' && plugin)
  const others = packages.map(each => [each.type, each.version].join(' ').trim())
  const title = `beat.yml of ${[`sealbeat ${version()}`, ...others].join(', ')}`
  await printJson(documentSchema(known, title))
  return EXIT.ok
}
