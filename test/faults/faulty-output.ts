// An output to a file with the faults that the tests of this room are to find.
import { appendFile, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { defineOutput, WRITTEN } from 'sealbeat'

interface Settings {
  readonly path: string
  /** `early`: confirms before it writes. `blind`: does not see that its file was removed. */
  readonly fault: string
}

export default defineOutput<Settings>({
  name: 'faulty',
  schema: {
    path: { doc: 'The file.', format: String, default: '' },
    fault: { doc: 'What is wrong with it.', format: String, default: '' },
  },
  privileges: ({ path }) => [{ writes: dirname(path), why: 'its file' }],
  delivery: { ordered: true, timeout: 0 },
  async open({ settings: { path, fault } }) {
    const file = await open(path, 'a')
    return {
      async write({ chunks }) {
        const text = Buffer.concat(chunks)
        if (fault === 'early') setTimeout(() => void appendFile(path, text), 20)
        else await file.appendFile(text)
        return WRITTEN
      },
      close: () => file.close(),
    }
  },
})
