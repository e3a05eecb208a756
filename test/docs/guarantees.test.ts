import { expect } from 'chai'
import type { OutputType } from '../../lib/output.ts'
import { BUILTIN_OUTPUT_NAMES, builtinOutput } from '../../lib/outputs/builtin.ts'
import { SYNC_MODES } from '../../lib/outputs/file/rotating-file.ts'
import kafka from '../../packages/kafka/src/index.ts'
import { page, rowsOf } from './page.ts'

/** The setting of an output on which it depends, and its values. */
const MATTERS: Readonly<
  Record<string, readonly [key: string, values: readonly (string | number)[]]>
> = {
  file: ['sync', SYNC_MODES],
  kafka: ['required_acks', [-1, 1, 0]],
  redis: ['datatype', ['list', 'channel']],
  syslog: ['protocol', ['relp', 'tcp', 'udp']],
}

describe('what a confirmed event is safe from', () => {
  it('is in docs/outputs.md as the outputs say it, with each setting that matters', async () => {
    const said: string[] = []
    for (const name of [...BUILTIN_OUTPUT_NAMES, 'kafka']) {
      const output: Partial<Pick<OutputType, 'guarantee'>> | undefined =
        name === 'kafka' ? kafka : await builtinOutput(name)
      const [key = '', values = ['']] = MATTERS[name] ?? []
      for (const value of values) {
        const when = value === '' ? '' : ` with \`${key}: ${value}\``
        said.push(`\`${name}\`${when}: ${output?.guarantee?.({ [key]: value })}`)
      }
    }
    const rows = rowsOf(page('docs/outputs.md'), 'output, setting')
    expect(rows.map(row => row.join(': '))).to.have.members(said)
  })
})
