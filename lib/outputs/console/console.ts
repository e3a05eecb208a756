import { oneOf } from '../../config/schema/formats.ts'
import { paintFor, readableEvent } from '../../log/readable.ts'
import { columnsOf, terminalOf } from '../../log/terminal.ts'
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

const FORMATS = ['auto', 'json', 'pretty', 'line'] as const
type Format = (typeof FORMATS)[number]

interface ConsoleSettings {
  readonly format: Format
  readonly pretty: boolean
}

/** Writes events to standard output: one JSON object per line, or as people read it on a terminal. */
export default defineOutput<ConsoleSettings>({
  name: 'console',
  schema: {
    format: {
      doc: 'Of each event: json, pretty (JSON over several lines), line (a line for people, as wide as the terminal), or auto: line on a terminal, else json.',
      format: oneOf(FORMATS),
      default: 'auto',
    },
    pretty: {
      doc: 'The same as format: pretty, as Beats has it.',
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
    return new ConsoleOutput(standardOutput(), encoderOf(settings))
  },
})

class ConsoleOutput implements Output {
  readonly #write: WriteBytes
  readonly #encode: (batch: Batch) => Buffer
  #last: Promise<void> = Promise.resolve()

  constructor(write: WriteBytes, encode: (batch: Batch) => Buffer) {
    this.#write = write
    this.#encode = encode
  }

  async write(batch: Batch, { signal }: WriteCall): Promise<WriteResult> {
    // A write whose signal aborted goes on: one more would take memory for the same events.
    if (!(await settledBy(this.#last, signal))) throw signal.reason
    const writing = this.#write(this.#encode(batch))
    this.#last = writing
    // Nobody may be reading. The events can still be read later, and are then repeated by the next try.
    if (!(await settledBy(writing, signal))) throw signal.reason
    await writing
    return WRITTEN
  }

  /** Standard output stays open, because others use it as well. */
  async close(): Promise<void> {}
}

function encoderOf({ format, pretty }: ConsoleSettings): (batch: Batch) => Buffer {
  if (pretty || format === 'pretty') return prettyText
  // Made before the filter.
  const terminal = terminalOf(1)
  if (format === 'json' || (format === 'auto' && terminal === undefined))
    return ({ chunks }) => Buffer.concat(chunks)
  const paint = paintFor(terminal ? process.env : { NO_COLOR: '1' })
  return ({ lines }) => {
    const columns = columnsOf(terminal)
    return Buffer.from(lines.map(line => `${readableEvent(line, paint, columns)}\n`).join(''))
  }
}

function prettyText({ lines }: Batch): Buffer {
  const texts = lines.map(line => `${JSON.stringify(JSON.parse(line), null, 2)}\n`)
  return Buffer.from(texts.join(''))
}
