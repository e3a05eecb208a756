import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configure } from '../../../lib/agent/configure.ts'
import type { Plan } from '../../../lib/agent/plan.ts'
import { restartReasons } from '../../../lib/agent/reload/compare.ts'
import { readDocument } from '../../../lib/config/source/document.ts'

/** A beat that needs nothing, and one that needs more than the default policy allows. */
export const PLAIN = `export default {
  name: 'plain', run: async () => {},
  schema: { word: { doc: 'A word.', format: String, default: 'hello' }, deep: { list: { doc: 'Some.', format: Array, default: [] } } },
}`
export const TRACER = `export default {
  name: 'tracer', run: async () => {}, schema: {},
  syscalls: [{ names: ['ptrace'], why: 'reads registers' }],
}`

/** Plans of configurations in a folder, which also has the beats `plain.mjs` and `tracer.mjs`. */
export function plansIn(folder: { readonly path: string }) {
  async function planOf(lines: readonly string[], running?: Plan): Promise<Plan> {
    const file = join(folder.path, 'beat.yml')
    writeFileSync(join(folder.path, 'plain.mjs'), PLAIN)
    writeFileSync(join(folder.path, 'tracer.mjs'), TRACER)
    writeFileSync(file, lines.join('\n'))
    return configure(readDocument({ files: [file], overrides: [], env: {} }), running)
  }
  /** What is refused, each as `line:column: path: message`. */
  async function refusals(
    before: readonly string[],
    after: readonly string[],
  ): Promise<readonly string[]> {
    const running = await planOf(before)
    const wanted = await planOf(after, running)
    return restartReasons(running, wanted).map(({ path, message }) => {
      const at = wanted.locate(path)?.replace(/^.*beat\.yml:/, '') ?? 'nowhere'
      return `${at}: ${path.join('.')}: ${message}`
    })
  }

  return { planOf, refusals }
}
