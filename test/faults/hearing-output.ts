// An output that says on standard error, among the log lines, when it hears of an event, and with how many
// threads outside of a filter.
import { writeSync } from 'node:fs'
import { defineOutput, WRITTEN } from 'sealbeat'
import { textsOfThreads } from '../threads.ts'

interface Settings {
  /** Whether it claims to have heard something already while it opens. */
  readonly hasty: boolean
}

export default defineOutput<Settings>({
  name: 'hearing',
  schema: { hasty: { doc: 'Claims to hear too early.', format: Boolean, default: false } },
  async open({ settings }) {
    if (settings.hasty) say(0)
    return {
      async write({ count }) {
        say(count)
        return WRITTEN
      },
      close: async () => {},
    }
  },
})

function say(events: number): void {
  const line = { message: 'Heard', events, unsealed: unsealedThreads() }
  writeSync(2, `${JSON.stringify(line)}\n`)
}

function unsealedThreads(): number {
  const statuses = textsOfThreads('self', 'status')
  return statuses.filter(status => /^Seccomp:\s*0$/m.test(status)).length
}
