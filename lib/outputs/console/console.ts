import {
  type Batch,
  defineOutput,
  type Output,
  WRITTEN,
  type WriteCall,
  type WriteResult,
} from '../../output.ts'
import { settledBy } from '../../settled.ts'
import { standardOutput, type WriteBytes } from './stdout.ts'

interface ConsoleSettings {
  readonly pretty: boolean
}

/** Writes events to standard output, one JSON object per line. */
export default defineOutput<ConsoleSettings>({
  name: 'console',
  schema: {
    pretty: {
      doc: 'Indent each event over several lines, for human readers.',
      format: Boolean,
      default: false,
    },
  },
  delivery: { ordered: true, timeout: 0 },
  guarantee: () => 'standard output has taken it: its reader may still lose it',
  async *test() {
    yield { peer: 'standard output', step: 'test', found: 'there is nothing to test' }
  },
  async open({ settings }) {
    return new ConsoleOutput(standardOutput(), settings.pretty)
  },
})

class ConsoleOutput implements Output {
  readonly #write: WriteBytes
  readonly #pretty: boolean
  #last: Promise<void> = Promise.resolve()

  constructor(write: WriteBytes, pretty: boolean) {
    this.#write = write
    this.#pretty = pretty
  }

  async write(batch: Batch, { signal }: WriteCall): Promise<WriteResult> {
    // A write whose signal aborted goes on: one more would take memory for the same events.
    if (!(await settledBy(this.#last, signal))) throw signal.reason
    const writing = this.#write(this.#pretty ? prettyText(batch) : Buffer.concat(batch.chunks))
    this.#last = writing
    // Nobody may be reading. The events can still be read later, and are then repeated by the next try.
    if (!(await settledBy(writing, signal))) throw signal.reason
    await writing
    return WRITTEN
  }

  /** Standard output stays open, because others use it as well. */
  async close(): Promise<void> {}
}

function prettyText({ lines }: Batch): Buffer {
  const texts = lines.map(line => `${JSON.stringify(JSON.parse(line), null, 2)}\n`)
  return Buffer.from(texts.join(''))
}
