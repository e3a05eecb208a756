import { expect } from 'chai'
import { beatSource, type LogLine, type Running, Workplace } from '../workplace.ts'

/** Publishes a count in each of its runs, with an id of the run. */
const COUNTING = beatSource(
  `const run = randomUUID()
  const { id, settings, signal, publish, state } = context
  for (let n = state.get('n') ?? 0; !signal.aborted; n++) {
    await publish({ id, run, word: settings.word, n })
    await state.set('n', n + 1)
    await sleep(5, undefined, { signal }).catch(() => {})
  }`,
  '',
  `import { randomUUID } from 'node:crypto'`,
)
export const OUTPUT = 'output.console: {}'
/** Flushes events early, so that they are seen soon. */
const SOON = ['-E', 'queue.mem.flush.timeout=20ms'] as const

export interface Counted {
  readonly id: string
  readonly run: string
  readonly word: string
  readonly n: number
  readonly tags?: readonly string[]
  readonly agent: { readonly name: string }
}

export const REFUSED = 'Reload refused: the configuration is wrong; going on as before'
export const RESTART = 'Reload refused: restart the agent for what has changed; going on as before'

export const beat = (id: string, keys = '') => `{ type: ./count.js, id: ${id}${keys} }`
export const config = (beats: readonly string[], ...more: readonly string[]) => ({
  'beat.yml': [`beats: [${beats.join(', ')}]`, OUTPUT, ...more].join('\n'),
})

/** A workplace with a counting beat for each test of the calling suite, and the steps of the tests. */
export function reloading() {
  let place: Workplace
  beforeEach(() => {
    place = new Workplace({ 'count.js': COUNTING })
  })
  afterEach(() => place.remove())

  async function start(beats: readonly string[], ...more: readonly string[]): Promise<Running> {
    place.write(config(beats, ...more))
    const agent = place.start('run', ...SOON)
    await agent.logged('Beat started', beats.length)
    return agent
  }

  /** Writes another configuration, reloads the agent, and waits for the log line of the verdict. */
  async function reload(
    agent: Running,
    files: Readonly<Record<string, string>>,
    verdict = 'Reloaded',
  ): Promise<LogLine> {
    place.write(files)
    agent.child.kill('SIGHUP')
    return agent.logged(verdict)
  }

  async function stop(agent: Running) {
    agent.child.kill('SIGTERM')
    const result = await agent.ended()
    expect(result.code, result.stderr).to.equal(0)
    const events: readonly Counted[] = result.stdout
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line))
    return { ...result, events, messages: result.log.map(({ message }) => message) }
  }

  return { place: () => place, start, reload, stop }
}

/** The runs of a beat, in order. */
export const runsOf = (events: readonly Counted[], id: string) => [
  ...new Set(events.filter(event => event.id === id).map(({ run }) => run)),
]
export const changesOf = ({ added, removed, restarted, unchanged, failed }: LogLine) => {
  return { added, removed, restarted, unchanged, ...(failed ? { failed } : {}) }
}
