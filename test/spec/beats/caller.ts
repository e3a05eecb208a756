import { existsSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { defineBeat, listOf, oneOf, text } from 'sealbeat'
import { runningTable } from '../../answering.ts'
import { type ProbeThread, probe } from '../../probe.ts'
import { answerOf, makerOf } from '../call.ts'
import { threadStatuses } from '../thread-status.ts'

interface Settings {
  readonly calls: readonly string[]
  readonly by: 'main' | 'pthread' | 'int80'
  readonly title: string
  readonly stay: boolean
}

interface Resources {
  readonly table: Readonly<Record<string, number>>
  readonly thread: ProbeThread
  readonly other: ProbeThread
}

/** Makes system calls, and tells what came of them: `answers`, and the state of every thread. */
export default defineBeat<Settings, Resources>({
  name: 'caller',
  schema: {
    calls: { doc: 'Each a name or number, and its arguments.', format: listOf(text), default: [] },
    by: { doc: 'By whom.', format: oneOf(['main', 'pthread', 'int80']), default: 'main' },
    title: { doc: 'What the process is called from then on.', format: String, default: '' },
    stay: { doc: 'Run until told to stop.', format: Boolean, default: false },
  },
  async open() {
    return { table: await runningTable(), thread: new probe.Thread(), other: new probe.Thread() }
  },
  async run({ settings, signal, publish }, { table, thread, other }) {
    if (settings.title) process.title = settings.title
    const make = { main: probe.syscall, int80: probe.int80, pthread: thread.call.bind(thread) }
    const answers = settings.calls.map(call => [
      call,
      answerOf(makerOf(table, make[settings.by])(call)),
    ])
    await publish({
      answers: Object.fromEntries(answers),
      threads: threadStatuses('self'),
      pthread: existsSync(`/proc/self/task/${thread.id}`) ? 'there' : 'gone',
      other: answerOf(makerOf(table, other.call.bind(other))('gettid')) === other.id,
    })
    if (settings.stay) await setTimeout(2 ** 30, undefined, { signal })
  },
})
