import { expect } from 'chai'
import { defineProcessor, type MutableEvent, type Processor } from '../../lib/index.ts'
import addFields from '../../lib/processors/add/add-fields.ts'
import { checkProcessor } from '../../lib/testing/index.ts'

const withProcess = (process: (event: MutableEvent) => unknown, rest: object = {}) =>
  defineProcessor({
    name: 'probe',
    schema: { words: { doc: 'Words.', format: Array, default: ['a'] } },
    open: () => Object({ process }),
    ...rest,
  })

describe('checkProcessor', () => {
  it('finds nothing wrong with a processor that keeps the contract', async () => {
    await checkProcessor(addFields, {
      config: { fields: { a: 1 } },
      events: [{ message: 'x' }, {}],
    })
    await checkProcessor(
      withProcess(() => undefined),
      { events: [{}] },
    )
  })

  const WRONG: readonly (readonly [
    what: string,
    type: ReturnType<typeof withProcess>,
    said: string,
  ])[] = [
    [
      'a promise',
      withProcess(async event => event),
      'process returns a promise: it must be synchronous',
    ],
    ['no event', withProcess(() => 7), 'process must return an event or undefined'],
    ['what JSON lacks', withProcess(() => ({ n: 1n })), "returns what JSON can't carry: "],
    [
      'nothing to process with',
      withProcess(() => 7, { open: () => Object({}) }),
      'open returns no { process }',
    ],
    [
      'a reserved key',
      withProcess(() => 7, { schema: { when: { default: 1 } } }),
      '"schema.when" is reserved',
    ],
    [
      'no doc',
      withProcess(event => event, { schema: { a: { format: String, default: '' } } }),
      'schema.a: has no doc',
    ],
    [
      'settings that change',
      withProcess(event => event, {
        open: ({ settings }: { settings: { words: string[] } }): Processor => ({
          process: event => {
            settings.words.push('b')
            return event
          },
        }),
      }),
      'it changes its settings',
    ],
  ]
  for (const [what, type, said] of WRONG) {
    it(`finds ${what}`, async () => {
      const found = await checkProcessor(type, { events: [{}] }).catch(String)
      expect(found).to.contain('processor "probe" breaks the contract:').and.to.contain(said)
    })
  }

  it('finds settings that the schema refuses', async () => {
    const found = await checkProcessor(addFields, { config: { feilds: {} } }).catch(String)
    expect(found).to.contain('feilds: unknown key (did you mean "fields"?)')
  })
})
