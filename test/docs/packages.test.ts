import { expect } from 'chai'
import kafka from '../../packages/kafka/src/index.ts'
import { tableOf } from '../../tools/reference/make-reference.ts'
import { page, rowsOf } from './page.ts'

describe('packages/kafka/README.md', () => {
  const readme = page('packages/kafka/README.md')

  it('has a row for every setting, made from the schema', () => {
    // `ssl` has a table of its own elsewhere.
    const { ssl: _, ...schema } = { ...kafka.schema }
    const [, , ...rows] = tableOf(schema, []).trim().split('\n')
    const ssl = '| `ssl` | | [TLS](../../docs/outputs.md#tls) |'
    const written = rowsOf(readme, 'setting | default').map(cells => cells.join(' | '))
    expect(written).to.deep.equal(
      [...rows, ssl].map(row =>
        row
          .split('|')
          .slice(1, -1)
          .map(cell => cell.trim())
          .join(' | '),
      ),
    )
  })

  it('says of a confirmed event what the output says', () => {
    const rows = rowsOf(readme, 'setting | a confirmed event')
    const said = [-1, 1, 0].map(acks => {
      const { guarantee } = kafka
      return [`\`required_acks: ${acks}\``, guarantee?.({ required_acks: acks } as never)]
    })
    expect(rows).to.deep.equal(said)
  })
})
