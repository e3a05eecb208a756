import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import type { Beat, Context } from '../../lib/beat.ts'
import { integer } from '../../lib/config/schema/formats.ts'
import type { Event } from '../../lib/event.ts'
import { type CheckOptions, checkBeat } from '../../lib/testing/index.ts'

interface Settings {
  readonly n: number
}

async function publishForever({ signal, publish, settings }: Context<Settings>): Promise<void> {
  while (!signal.aborted) {
    await publish({ n: settings.n })
    await sleep(1, undefined, { signal })
  }
}

const schema = { n: { doc: 'A number.', format: integer(), default: 1 } }
const sound: Beat<Settings> = { name: 'sound', schema, run: publishForever }

/** A run that publishes these events and then waits. */
const publishing =
  (...events: readonly Event[]): Beat<Settings>['run'] =>
  async ({ signal, publish }) => {
    await publish(events)
    await sleep(1000, undefined, { signal })
  }

async function findings(
  beat: Beat<Settings>,
  options: CheckOptions = {},
): Promise<readonly string[]> {
  const quick = { timeout: 100, ...options }
  const message: string = await checkBeat(beat, quick).then(
    () => '',
    (error: Error) => error.message,
  )
  return message.split('\n- ').slice(1)
}

const background: { clear(): void }[] = []
const later = (act: () => void): void => {
  const timer = setInterval(act, 5)
  background.push({ clear: () => clearInterval(timer) })
}

describe('testing: checkBeat', () => {
  afterEach(() => {
    for (const one of background.splice(0)) one.clear()
  })

  it('lets a sound beat pass, and one that ends by itself', async () => {
    expect(await findings(sound)).to.deep.equal([])
    const run: Beat<Settings>['run'] = async ({ publish }) => void (await publish({ n: 1 }))
    expect(await findings({ ...sound, run })).to.deep.equal([])
  })

  it('lets a beat with rounds pass, and finds what is wrong with one', async () => {
    const once: Beat<Settings>['once'] = async ({ publish }) => void (await publish({ n: 1 }))
    expect(await findings({ ...sound, once })).to.deep.equal([])
    const endless: Beat<Settings>['once'] = publishForever
    expect(await findings({ ...sound, once: endless })).to.deep.equal([
      'once: did not return within 100 ms',
    ])
    const broken: Beat<Settings>['once'] = () => Promise.reject(new Error('no luck'))
    expect(await findings({ ...sound, once: broken })).to.deep.equal(['once: no luck'])
    const misspelt = { ...sound, onces: once }
    expect(await findings(misspelt)).to.deep.equal([
      'unknown property "onces" (did you mean "once"?)',
    ])
  })

  it('lets a beat pass that has to be provoked, or may be silent', async () => {
    const silent = { ...sound, run: publishing() }
    expect(await findings(silent)).to.deep.equal([
      'published 0 events in 100 ms; expected at least 1',
    ])
    expect(await findings(silent, { events: 0 })).to.deep.equal([])
    let ring = (): void => undefined
    const run: Beat<Settings>['run'] = ({ publish, signal }) => {
      ring = () => void publish({ rings: true }).catch(() => undefined)
      return sleep(1000, undefined, { signal })
    }
    expect(await findings({ ...sound, run }, { provoke: () => ring() })).to.deep.equal([])
    const provoke = (): void => {
      throw new Error('no bell')
    }
    expect(await findings(sound, { provoke })).to.include('provoke throws: no bell')
  })

  const declarations: readonly (readonly [string, object, readonly string[]])[] = [
    [
      'a name',
      { name: 'My Beat' },
      ['"name" must be lower case letters, digits, - and _, not "My Beat"'],
    ],
    ['a property', { syscals: [] }, ['unknown property "syscals" (did you mean "syscalls"?)']],
    [
      'system calls',
      {
        syscalls: [
          { names: ['ptrase', 'statfs64'], why: ' ' },
          { names: [], why: 'of nothing' },
        ],
      },
      [
        'syscalls[0]: "why" is empty',
        'syscalls[0]: unknown system call "ptrase" (did you mean "ptrace"?)',
        'syscalls[1]: names no system call',
      ],
    ],
    [
      'a schema',
      {
        schema: {
          ...schema,
          a: { default: 1 },
          b: { c: { default: 1, doc: ' ', format: integer() } },
        },
      },
      ['schema.a: has no doc', 'schema.a: has no format', 'schema.b.c: has no doc'],
    ],
    [
      'keys',
      { schema: { ...schema, 'a.b': schema.n } },
      ["schema.a.b: a key can't contain a dot; nest it instead"],
    ],
    [
      'keys that every beat has',
      { schema: { ...schema, id: schema.n, processors: schema.n } },
      [
        '"schema.id" is reserved for a key that every beat has',
        '"schema.processors" is reserved for a key that every beat has',
      ],
    ],
  ]
  for (const [what, part, expected] of declarations) {
    it(`finds fault with ${what}`, async () => {
      expect(await findings({ ...sound, ...part })).to.include.members([...expected])
    })
  }

  it('finds a default that its own format refuses', async () => {
    const odd = { n: { ...schema.n, default: 1.5 } }
    expect((await findings({ ...sound, schema: odd }))[0]).to.match(/n: must be a whole number/)
  })

  it('finds an open that fails', async () => {
    const open = async (): Promise<void> => {
      throw new Error('EACCES')
    }
    expect(await findings({ ...sound, open })).to.deep.equal(['open throws: EACCES'])
  })

  it('says what is no beat at all', async () => {
    const nothing: unknown = undefined
    expect((await findings(nothing as Beat<Settings>))[0]).to.match(/must be a beat .* not nothing/)
  })

  const full = 'while the queue is full: '
  const conduct: readonly (readonly [string, Beat<Settings>['run'], readonly string[]])[] = [
    [
      'an abort that is not heard',
      async ({ publish }) => {
        await publish({ n: 1 })
        await sleep(250)
      },
      ['run: did not return within 100 ms of the abort'],
    ],
    [
      'a full queue that is not waited for',
      async ({ publish, signal }) => {
        while (!signal.aborted) {
          void publish({ n: 1 }).catch(() => undefined)
          await sleep(0)
        }
      },
      ['published 33 times without waiting for room in the queue'],
    ],
    [
      'a publish that nobody awaits',
      async ({ publish, signal }) => {
        void publish({ n: 1 })
        await sleep(1000, undefined, { signal })
      },
      ['does not await 1 of 1 publishes', `${full}does not await 1 of 1 publishes`],
    ],
    [
      'a timer that publishes on',
      async ({ publish }) => {
        later(() => void publish({ n: 1 }).catch(() => undefined))
        await publish({ n: 1 })
      },
      ['publishes after run has returned', 'leaves behind: Timeout ×2'],
    ],
    [
      'an error',
      async ({ publish }) => {
        await publish({ n: 1 })
        throw new Error('gone')
      },
      ['run throws: gone'],
    ],
    [
      'a listener',
      async ({ publish }) => {
        const heard = (): void => undefined
        process.on('SIGUSR2', heard)
        background.push({ clear: () => void process.off('SIGUSR2', heard) })
        await publish({ n: 1 })
      },
      ['leaves behind: listener for "SIGUSR2" ×2'],
    ],
    [
      'a server',
      async ({ publish }) => {
        const server = createServer().listen(0)
        background.push({ clear: () => void server.close() })
        await publish({ n: 1 })
      },
      ['leaves behind: TCPServerWrap ×2'],
    ],
  ]
  for (const [what, run, expected] of conduct) {
    it(`finds ${what}`, async () => {
      expect(await findings({ ...sound, run })).to.include.members([...expected])
    })
  }

  it('finds unsound events', async () => {
    const run = publishing({ '@timestamp': 'yesterday', n: Number.NaN })
    expect(await findings({ ...sound, run })).to.deep.equal([
      '"@timestamp" must be a valid Date or an ISO 8601 string',
      '"n": NaN gets lost in JSON',
    ])
  })
})
