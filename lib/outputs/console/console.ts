import { type Batch, defineOutput, type Output, WRITTEN, type WriteResult } from '../../output.ts'
import { standardOutput, type WriteText } from './stdout.ts'

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
  async open({ settings }) {
    return new ConsoleOutput(standardOutput(), settings.pretty)
  },
})

class ConsoleOutput implements Output {
  readonly #write: WriteText
  readonly #pretty: boolean

  constructor(write: WriteText, pretty: boolean) {
    this.#write = write
    this.#pretty = pretty
  }

  async write({ lines }: Batch): Promise<WriteResult> {
    const texts = this.#pretty ? lines.map(indented) : lines
    await this.#write(`${texts.join('\n')}\n`)
    return WRITTEN
  }

  /** Standard output stays open, because others use it as well. */
  async close(): Promise<void> {}
}

function indented(line: string): string {
  return JSON.stringify(JSON.parse(line), null, 2)
}
