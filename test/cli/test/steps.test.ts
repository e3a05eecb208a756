import { expect } from 'chai'
import type { ConfiguredOutput } from '../../../lib/agent/plan.ts'
import { stepsOf } from '../../../lib/cli/test/steps.ts'
import { defineOutput, type OutputTestStep } from '../../../lib/output.ts'
import { memoryLog, ORDERED, rejection } from '../../pipeline/fixtures.ts'

const PATHS = { home: '/', config: '/', data: '/', logs: '/' }
const CONTEXT = { settings: {}, log: memoryLog().log, paths: PATHS }

function outputWith(
  test: (signal: AbortSignal) => AsyncGenerator<OutputTestStep>,
): ConfiguredOutput {
  const plugin = defineOutput<unknown>({
    ...{ name: 'own', schema: {} },
    test: (_, signal) => test(signal),
    open: async () => {
      throw new Error('never to be opened')
    },
  })
  return {
    ...{ kind: 'output', id: 'mine', plugin, settings: {}, path: [] },
    ...{ delivery: ORDERED, deadLetter: { enabled: false, max_bytes: 0 } },
  }
}

async function allOf(steps: AsyncIterable<OutputTestStep>): Promise<readonly OutputTestStep[]> {
  const all: OutputTestStep[] = []
  for await (const step of steps) all.push(step)
  return all
}

const STEP: OutputTestStep = { peer: 'a', step: 'one', found: 'done' }

describe('the steps of a test of an output', () => {
  const limits = { stepMs: 100, allMs: 60_000 }

  it('end with a failure when one does not, and the test is told', async () => {
    let told: AbortSignal | undefined
    const output = outputWith(async function* (signal) {
      told = signal
      yield STEP
      await new Promise(() => undefined)
    })
    const steps = await allOf(stepsOf(output, CONTEXT, limits))
    expect(steps).to.have.length(2)
    expect(steps[0]).to.equal(STEP)
    expect(steps[1]).to.include({
      ...{ peer: 'output mine', step: 'test' },
      found: 'a step has not ended within 0.1 s',
    })
    expect(steps[1]?.hint).to.match(/addresses/)
    expect(told?.aborted).to.equal(true)
  })

  it('end with a failure when there is no end of them', async () => {
    const output = outputWith(async function* () {
      for (;;) {
        await new Promise(resolve => setTimeout(resolve, 10))
        yield STEP
      }
    })
    const all = { stepMs: 1_000, allMs: 200 }
    const steps = await allOf(stepsOf(output, CONTEXT, all))
    expect(steps.length).to.be.within(2, 21)
    expect(steps.at(-1)?.found).to.equal('the test has not ended within 0.2 s')
  })

  it('end with what the test has thrown', async () => {
    const output = outputWith(async function* () {
      yield STEP
      throw new Error('a mistake')
    })
    const all = allOf(stepsOf(output, CONTEXT, limits))
    expect(await rejection(all)).to.match(/a mistake/)
  })
})
