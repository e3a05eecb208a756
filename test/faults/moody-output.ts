// An output that refuses, rejects, throws, hangs and talks nonsense, always in the same order. When it
// closes it writes down the fate of each event that it has answered for.
import { writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Batch, defineOutput, WRITTEN, type WriteCall, type WriteResult } from 'sealbeat'
import { randomFrom } from './random.ts'

interface Settings {
  readonly fates: string
  readonly seed: number
}

/** A mood, and the share of writes that it meets. */
type Mood = readonly [
  share: number,
  answer: (batch: Batch, call: WriteCall) => Promise<WriteResult>,
]

export default defineOutput<Settings>({
  name: 'moody',
  schema: {
    fates: { doc: 'The file of fates.', format: String, default: '' },
    seed: { doc: 'Of its moods.', format: Number, default: 1 },
  },
  privileges: ({ fates }) => [{ writes: dirname(fates), why: 'its fates' }],
  async open({ settings }) {
    const random = randomFrom(settings.seed)
    const fates = new Fates()
    return {
      async write(batch, call) {
        const answer = moodAt(random(), moodsOf(random))
        await sleep(random() * 4)
        const result = await answer(batch, call)
        // A late answer is ignored by the agent.
        if (!call.signal.aborted) fates.note(batch, result)
        return result
      },
      close: async () => writeFileSync(settings.fates, JSON.stringify(fates.summary())),
    }
  },
})

function moodsOf(random: () => number): readonly Mood[] {
  const some = ({ count }: Batch) => [...Array(count).keys()].filter(() => random() < 0.3)
  const rejections = (indices: readonly number[]) => indices.map(index => ({ index, reason: 'no' }))
  return [
    [0.12, async batch => ({ retry: some(batch), reject: [] })],
    [0.12, async batch => ({ retry: [], reject: rejections(some(batch)) })],
    [0.08, async batch => ({ retry: some(batch), reject: rejections(some(batch)), cause: 'lost' })],
    [0.06, async () => ({ retry: [], reject: [], tooLarge: true })],
    [0.08, () => Promise.reject(new Error('in a bad mood'))],
    [0.04, async ({ count }) => ({ retry: [count], reject: [] })],
    [0.03, (_, { signal }) => aborted(signal).then(() => Promise.reject(signal.reason))],
    [0.03, (_, { signal }) => aborted(signal).then(() => WRITTEN)],
    [
      0.04,
      (_, call) =>
        sleep(60)
          .then(call.progress)
          .then(() => sleep(60, WRITTEN)),
    ],
    [1, async () => WRITTEN],
  ]
}

function moodAt(point: number, moods: readonly Mood[]): Mood[1] {
  let left = point
  for (const [share, answer] of moods) {
    if (left < share) return answer
    left -= share
  }
  throw new Error('the shares do not add up')
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
}

/** Counts events by their fate, and those that had one already. */
class Fates {
  readonly #settled = new Set<string>()
  readonly #counts = { acked: 0, rejected: 0, again: 0 }

  note({ lines, count }: Batch, { retry, reject, tooLarge }: WriteResult): void {
    if (retry.some(index => index >= count) || (tooLarge && count > 1)) return
    const again = new Set(retry)
    const rejected = new Set(tooLarge ? [0] : reject.map(({ index }) => index))
    for (const [index, line] of lines.entries()) {
      if (again.has(index)) continue
      this.#counts[rejected.has(index) ? 'rejected' : 'acked']++
      const { id } = JSON.parse(line)
      if (this.#settled.has(id)) this.#counts.again++
      this.#settled.add(id)
    }
  }

  summary() {
    return this.#counts
  }
}
