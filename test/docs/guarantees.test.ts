import { expect } from 'chai'
import { BUILTIN_OUTPUT_NAMES, builtinOutput } from '../../lib/outputs/builtin.ts'
import { SYNC_MODES } from '../../lib/outputs/file/rotating-file.ts'
import { page, rowsOf } from './page.ts'

describe('what a confirmed event is safe from', () => {
  it('is in docs/outputs.md as the outputs say it, with each setting that matters', async () => {
    const said: string[] = []
    for (const name of BUILTIN_OUTPUT_NAMES) {
      const output = await builtinOutput(name)
      const variants = name === 'file' ? SYNC_MODES.map(sync => ({ sync })) : [{}]
      for (const settings of variants) {
        const when = 'sync' in settings ? ` with \`sync: ${settings.sync}\`` : ''
        said.push(`\`${name}\`${when}: ${output?.guarantee?.(settings)}`)
      }
    }
    const rows = rowsOf(page('docs/outputs.md'), 'output, setting')
    expect(rows.map(row => row.join(': '))).to.have.members(said)
  })
})
