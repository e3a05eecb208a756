import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import convict from 'convict'
import consoleOutput from '../../../lib/outputs/console/console.ts'
import { skip } from '../../live.ts'
import { NEVER } from '../../pipeline/fixtures.ts'
import { smallDisk } from '../folder.ts'

const PROGRAM = fileURLToPath(new URL('./console-program.js', import.meta.url))

/** Runs the program through a shell to get real pipes: Node gives its children sockets. */
function shell(script: string, ...args: (string | number)[]): ChildProcess {
  const argv = ['-c', script, 'sh', process.execPath, PROGRAM, ...args.map(String)]
  return spawn('sh', argv, { stdio: ['ignore', 'pipe', 'pipe'] })
}

async function outcome(child: ChildProcess) {
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new Error('no pipes')
  const closed = once(child, 'close')
  const [out, err] = await Promise.all([text(stdout), text(stderr)])
  const [code] = await closed
  return {
    out,
    code,
    said: err
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line)),
  }
}

function ids(out: string): number[] {
  return out
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line).id)
}

describe('output.console', () => {
  const numbers = [...Array(2000).keys()]
  const ways: readonly [string, string][] = [
    ['a socket', '"$@"'],
    ['a pipe', '"$@" | cat'],
    ['a slow pipe', '"$@" | (sleep 0.3; cat)'],
    ['a pipe that others write to as well', '("$@" 2>&1 >&3 | cat >&2) 3>&1 | cat'],
  ]
  for (const [what, script] of ways) {
    it(`brings every event to ${what}`, async () => {
      const { out, said } = await outcome(shell(script, 2000, 500))
      expect(said).to.have.length(1)
      expect(said[0]).to.include({ lost: 0, acked: 2000, failed_writes: 0 })
      expect(ids(out)).to.deep.equal(numbers)
    })
  }

  it('leaves the event loop free and the process able to end while nobody reads', async () => {
    // Its standard output is a socket that this test never reads.
    const child = shell('exec "$@"', 2000, 500, 'stuck')
    if (child.stderr === null) throw new Error('no pipe')
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
    child.stdout?.destroy()
    expect(said).to.equal('{"stuck":true,"turns":20}\n')
    expect(code).to.equal(3)
  })

  it('does so on a pipe as well', async () => {
    const { code, said } = await outcome(shell(UNREAD, 2000, 500, 'stuck'))
    expect(said).to.deep.equal([{ stuck: true, turns: 20 }, { rc: 3 }])
    expect(code).to.equal(0)
  })

  it('ends a write with its signal, although nobody reads', async () => {
    const { said } = await outcome(shell(UNREAD, 2000, 500, 'aborted'))
    expect(said).to.deep.equal([{ ended: 'enough' }, { rc: 0 }])
  })

  it('has written what there is room for before its signal aborts', async () => {
    const { said } = await outcome(shell(UNREAD, 1, 10, 'aborted'))
    expect(said).to.deep.equal([{ written: true }, { rc: 0 }])
  })

  it('keeps a batch once, however often it is tried while nobody reads', async () => {
    const { said } = await outcome(shell(UNREAD, 20, 500_000, 'retried'))
    expect(said).to.deep.equal([{ kept: true }, { rc: 0 }])
  })

  it('fails for good when the reader has left', async () => {
    const { said } = await outcome(
      shell('{ "$@"; echo "{\\"rc\\":$?}" >&2; } | head -c 100', 2000, 500),
    )
    const [failed, refused, status] = said
    expect(failed).to.include({ failed: 'OUTPUT_GONE' })
    expect(failed.message).to.match(/^standard output can no longer be written to: .*EPIPE/)
    expect(refused.refused).to.equal(failed.message)
    expect(status).to.deep.equal({ rc: 1 })
  })

  it('indents where it is to be pretty', async () => {
    const { out } = await outcome(shell('"$@"', 1, 2, 'pretty'))
    expect(out).to.match(/^\{\n {2}"@timestamp": ".*",\n {2}"id": 0,\n {2}"text": "ü",\n/)
    expect(JSON.parse(out)).to.include({ id: 0 })
  })

  it('writes events as its format says, and is no terminal here', async () => {
    const outs = await Promise.all(
      ['json', 'auto', 'pretty', 'line'].map(async format => {
        const { out } = await outcome(shell('NO_COLOR= "$@"', 1, 2, `format: ${format}`))
        return out
      }),
    )
    const [json = '', auto, pretty = '', line] = outs
    const event = JSON.parse(json)
    expect(json).to.equal(`${JSON.stringify(event)}\n`)
    expect(JSON.parse(auto ?? '').id).to.equal(0)
    expect(auto).to.match(/^\{.*\}\n$/)
    expect(pretty).to.match(/^\{\n {2}"/)
    expect(JSON.parse(pretty).id).to.equal(0)
    expect(line).to.match(/^\d\d:\d\d:\d\d[^{]* id=0 .*\n$/)
    expect(line).not.to.include('\u001b')
  })

  it('writes lines for a person on the terminal that it is told of', async () => {
    // The shell is the process that has started it, as the relay is (lib/log/terminal.ts).
    const told = async (format: string, color: string) => {
      const script = `SEALBEAT_TERMINAL="$$ 1:60" NO_COLOR=${color} "$@"; true`
      return (await outcome(shell(script, 2, 200, `format: ${format}`))).out
    }
    const plain = await told('auto', '1')
    const starts = plain.split('\n').filter(line => /^\d\d:\d\d:\d\d/.test(line))
    expect(starts).to.have.length(2)
    expect(plain).not.to.include('\u001b')
    expect(plain.split('\n').map(({ length }) => length)).to.deep.equal([60, 60, 0])
    expect(await told('auto', '')).to.include('\u001b')
    expect(ids(await told('json', '1'))).to.deep.equal([0, 1])
  })

  it('has four formats', () => {
    const isTaken = (format: string) => {
      try {
        convict(consoleOutput.schema).load({ format }).validate()
        return true
      } catch {
        return false
      }
    }
    const formats = ['auto', 'json', 'pretty', 'line', '', 'text'].filter(isTaken)
    expect(formats).to.deep.equal(['auto', 'json', 'pretty', 'line'])
    expect(consoleOutput.name).to.equal('console')
  })

  it('has nothing to test, and promises what standard output does', async () => {
    const [steps, context] = [[] as unknown[], Object()]
    for await (const step of consoleOutput.test?.(context, NEVER) ?? []) steps.push(step)
    const found = 'there is nothing to test'
    expect(steps).to.deep.equal([{ peer: 'standard output', step: 'test', found }])
    expect(consoleOutput.guarantee?.({ format: 'auto', pretty: false })).to.equal(
      'standard output has taken it: its reader may still lose it',
    )
  })

  it('brings every event to a file whose disk was full for a while', async function () {
    const disk = smallDisk('128k') ?? skip(this, 'mounting a small disk needs root')
    try {
      const [file, ballast] = [join(disk.path, 'out'), join(disk.path, 'ballast')]
      writeFileSync(ballast, Buffer.alloc(100_000))
      const child = shell(`exec "$@" > ${file}`, 200, 200)
      const ended = outcome(child)
      while (readFileSync(ballast).length > 0 && !isFull(file))
        await new Promise(r => setTimeout(r, 5))
      // The write that filled the disk succeeded in part; only the next one fails.
      await new Promise(r => setTimeout(r, 250))
      rmSync(ballast)
      const { said } = await ended
      expect(said[0]).to.include({ lost: 0, acked: 200 })
      expect(said[0].failed_writes).to.be.greaterThan(0)
      const seen = readFileSync(file, 'utf8').split('\n').flatMap(parsedId)
      expect([...new Set(seen)]).to.deep.equal([...Array(200).keys()])
    } finally {
      disk.remove()
    }
  })
})

/** Nobody reads from the pipe, whose reader waits until the program has ended, or else says so after 10 s. */
const UNREAD = `
  ended=$(mktemp -u)
  { "$@"; echo "{\\"rc\\":$?}" >&2; touch "$ended"; } | {
    turns=0
    until [ -e "$ended" ] || [ $turns = 100 ]; do sleep 0.1; turns=$((turns + 1)); done
    [ -e "$ended" ] || echo '{"ended":false}' >&2
    rm -f "$ended"
  }`

/** 28,672 bytes: the disk of 128 KiB minus the ballast, in whole pages. */
function isFull(file: string): boolean {
  try {
    return readFileSync(file).length >= 28_672
  } catch {
    return false
  }
}

/** The id of a line; empty for a fragment of a line. */
function parsedId(line: string): number[] {
  try {
    return [JSON.parse(line).id]
  } catch {
    return []
  }
}
