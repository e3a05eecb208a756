import { isDeepStrictEqual } from 'node:util'
import { expect } from 'chai'
import { leavesOf } from '../../lib/config/schema/leaf.ts'
import type { ProcessorType } from '../../lib/processor.ts'
import { BUILTIN_PROCESSOR_NAMES, builtinProcessor } from '../../lib/processors/builtin.ts'
import { checkProcessor } from '../../lib/testing/index.ts'
import { problemsOf } from './opened.ts'
import { SAMPLES } from './samples.ts'

async function load(name: string): Promise<ProcessorType> {
  const type = await builtinProcessor(name)
  if (type === undefined) throw new Error(`there is no ${name}`)
  return type
}

/** An event with which every sample has what it needs, so that none of them fails. */
const EVENT = {
  '@timestamp': '2026-01-31T13:45:00.000Z',
  '@metadata': {},
  a: {},
}

describe('built-in processors', () => {
  it('have samples for the tests, each of them', () => {
    expect(Object.keys(SAMPLES)).to.deep.equal(BUILTIN_PROCESSOR_NAMES)
  })

  it('are no others', async () => {
    for (const name of ['add_field', 'toString', '__proto__']) {
      expect(await builtinProcessor(name)).to.equal(undefined)
    }
  })

  for (const name of BUILTIN_PROCESSOR_NAMES) {
    describe(name, () => {
      it('is imported by name, and explains each of its settings', async () => {
        const type = await load(name)
        expect(type).to.have.property('name', name)
        for (const [path, { doc }] of leavesOf({ ...type.schema })) {
          expect(doc, path.join('.')).to.match(/^[A-Z`].*\.$/)
        }
      })

      it('keeps the contract, with each sample of its settings', async () => {
        const type = await load(name)
        for (const config of SAMPLES[name] ?? []) {
          await checkProcessor(type, { config: lenient(type, config), events: [EVENT] })
        }
      })

      it('has samples with each of its settings, other than by default', async () => {
        const type = await load(name)
        const samples = SAMPLES[name] ?? []
        for (const [path, leaf] of leavesOf({ ...type.schema })) {
          const at = (config: unknown) =>
            path.reduce<unknown>((below, key) => Object(below)[key], config)
          const values = samples.map(at).filter(value => value !== undefined)
          const others = values.filter(value => !isDeepStrictEqual(value, leaf.default))
          expect(others, path.join('.')).not.to.deep.equal([])
        }
      })

      it('refuses keys that it does not have', async () => {
        const type = await load(name)
        const [config] = SAMPLES[name] ?? []
        const problems = problemsOf(type, { ...config, feilds: 1 })
        expect(problems).to.have.length(1)
        expect(problems[0]).to.match(/^feilds: unknown key/)
      })
    })
  }
})

/** The same settings, with nothing a failure: the event has none of the fields. */
function lenient({ schema }: ProcessorType, config: Readonly<Record<string, unknown>>) {
  const has = (key: string) => Object.hasOwn(Object(schema), key)
  return {
    ...config,
    ...(has('ignore_missing') && { ignore_missing: true }),
    ...(has('fail_on_error') && { fail_on_error: false }),
    ...(has('ignore_failure') && { ignore_failure: true }),
  }
}
