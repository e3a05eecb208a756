import { expect } from 'chai'
import { parseConfig } from '../../lib/config/parse.ts'
import { formatPath } from '../../lib/errors.ts'
import { documentOf } from './written.ts'

function problemsOf(agent: string, beat: string): readonly string[] {
  const { problems } = parseConfig(
    documentOf(`beats: [{ type: host, ${beat} }]\noutput.console: {}\n${agent}`),
  )
  return problems.problems.map(({ path, message }) => `${formatPath(path)}: ${message}`)
}

const UNDER_ROOT = 'fields_under_root: true'

describe("fields in the place of the agent's own", () => {
  it('are refused, with their names, for the agent and for a beat', () => {
    const found = problemsOf(
      `${UNDER_ROOT}\nfields: { event: x, host: [1], ecs: null, "@timestamp": now, team: a }`,
      `${UNDER_ROOT}, fields: { agent: y, "@metadata": {} }`,
    )
    expect(found).to.have.members([
      ...[
        ['fields.event', 'event.module'],
        ['fields.host', 'host.name'],
        ['fields.ecs', 'ecs.version'],
      ].map(
        ([at, own]) =>
          `${at}: must be a map: with fields_under_root it would take the place of ${own}`,
      ),
      'fields.@timestamp: must not be set: each event has its own',
      'beats[0].fields.agent: must be a map: with fields_under_root it would take the place of agent.name',
      'beats[0].fields.@metadata: must not be set: each event has its own',
    ])
  })

  it('are taken where both have room', () => {
    expect(
      problemsOf('fields: { event: x }', `${UNDER_ROOT}, fields: { event: { kind: k } }`),
    ).to.deep.equal([])
  })
})
