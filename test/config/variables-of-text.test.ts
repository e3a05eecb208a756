// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the agent's own references
import { expect } from 'chai'
import { parseConfig } from '../../lib/config/parse.ts'
import { documentOf } from './written.ts'

/** A configuration with these lines, and variables that look like other things than text. */
function configOf(...lines: readonly string[]) {
  const text = ['beats: [{ type: host }]', 'output.console: {}', ...lines].join('\n')
  const env = { N: '12345', YES: 'true', V: '1.10', F: '1.5' }
  const { config, problems } = parseConfig(documentOf(text, { env }))
  return { config, messages: problems.problems.map(({ message }) => message) }
}

describe('a variable in the place of text', () => {
  it('is the text that it is', () => {
    const { config, messages } = configOf(
      'name: ${N}',
      'tags:\n- ${YES}\n- ${F}',
      'path.home: ${N}',
      'beats:\n- type: host\n  id: ${N}',
    )
    expect(messages.filter(message => !message.startsWith('is set twice'))).to.deep.equal([])
    expect(config).to.include({ name: '12345' })
    expect(config.tags).to.deep.equal(['true', '1.5'])
  })

  it('stays a number where one is taken, or anything is', () => {
    const { config } = configOf('queue.mem.events: ${N}', 'fields.a: "${N}"', 'fields.b: ${N}')
    expect(config.queue.mem.events).to.equal(12345)
    expect(config.fields).to.deep.equal({ a: '12345', b: 12345 })
  })

  it('keeps its digits', () => {
    const { config } = configOf('fields.version: ${V}', 'fields.share: ${F}')
    expect(config.fields).to.deep.equal({ version: '1.10', share: 1.5 })
  })

  it('a number that is written there is still refused: YAML has lost how it was written', () => {
    expect(configOf('name: 1.10').messages).to.deep.equal([
      'must be text, not 1.1 (put it in quotes)',
    ])
  })
})
