import { type StdioOptions, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import convict from 'convict'
import consoleOutput from '../../../lib/outputs/console/console.ts'
import { codeOf } from '../../code-of.ts'
import { skip } from '../../live.ts'
import { smallDisk } from '../folder.ts'

const PROGRAM = fileURLToPath(new URL('./stepping-program.js', import.meta.url))

/** Starts the program. `step` has it write a batch of lines, and resolves with its answer. */
function start(stdout: 'pipe' | number, ...args: string[]) {
  const stdio: StdioOptions = ['pipe', stdout, 'pipe']
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio })
  const { stdin, stderr } = child
  if (stdin === null || stderr === null) throw new Error('no pipes')
  const answers = createInterface({ input: stderr })[Symbol.asyncIterator]()
  return {
    stdout: child.stdout,
    async step(...lines: string[]): Promise<string> {
      stdin.write(`${JSON.stringify(lines)}\n`)
      return (await answers.next()).value
    },
    async end() {
      const exit = once(child, 'exit')
      stdin.end()
      await exit
    },
  }
}

describe('output.console: standard output', () => {
  it('is a file in which a full disk leaves no line torn into the next', async function () {
    const disk = smallDisk('24k') ?? skip(this, 'mounting a small disk needs root')
    const file = join(disk.path, 'out')
    const fd = openSync(file, 'a')
    const ballast = ['1', '2'].map(name => join(disk.path, name))
    for (const path of ballast) writeFileSync(path, Buffer.alloc(4096))
    const [first = '', second = ''] = ballast
    const { step, end } = start(fd)
    try {
      expect(await step('a'.repeat(9_999))).to.equal('ok')
      expect(await step('b'.repeat(9_999))).to.equal('ENOSPC')
      expect(await step('nothing fits')).to.equal('ENOSPC')
      rmSync(first)
      expect(await step('c')).to.equal('ok')
      expect(await step('d')).to.equal('ok')
      // Room for exactly one line: the second is not torn but missing.
      expect(await step('e'.repeat(4_090), 'f')).to.equal('ENOSPC')
      expect(await step('nothing fits')).to.equal('ENOSPC')
      rmSync(second)
      expect(await step('g')).to.equal('ok')
      const lines = readFileSync(file, 'utf8').split('\n')
      expect(lines.map(line => `${line.length}${line.slice(0, 1)}`)).to.deep.equal([
        ...['9999a', '6384b', '1c', '1d', '4090e', '1g', '0'],
      ])
    } finally {
      await end()
      closeSync(fd)
      disk.remove()
    }
  })

  it('is a terminal that another program has made non-blocking, that is slow to read, and hangs up', function () {
    // A raw terminal with nobody reading for 300 ms: then its buffer is full, and a write fails with EAGAIN. Where
    // the format asks whether it is a terminal, Node opens it once more for itself, and writes wait instead.
    const reader = `import json, os, pty, subprocess, sys, time, tty
main, sub = pty.openpty()
tty.setraw(sub)
os.set_blocking(sub, False)
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=sub, stderr=subprocess.PIPE)
os.close(sub)
def step(*texts):
    lines = [json.dumps(text) for text in texts]
    child.stdin.write(json.dumps(lines).encode() + b'\\n')
    child.stdin.flush()
step('a' * 100000, 'b')
time.sleep(0.3)
seen = b''
while not seen.endswith(b'"b"\\n'): seen += os.read(main, 4096)
print(len(seen), child.stderr.readline().decode().strip())
os.close(main)
step('c')
print(child.stderr.readline().decode().strip())
child.stdin.close()
child.wait()
`
    const args = ['-c', reader, process.execPath, PROGRAM, 'pretty']
    const { stdout, stderr, error } = spawnSync('python3', args, {
      encoding: 'utf8',
      timeout: 10_000,
    })
    if (error !== undefined && codeOf(error) === 'ENOENT') return skip(this, 'no python3')
    expect(stdout, stderr).to.equal('100007 ok\nOUTPUT_GONE EIO\n')
  })

  it('is gone for good once the reader has left', async () => {
    const { step, stdout, end } = start('pipe')
    expect(await step('a')).to.equal('ok')
    const closed = stdout && once(stdout, 'close')
    stdout?.destroy()
    await closed
    expect(await step('b')).to.match(/^OUTPUT_GONE (EPIPE|ECONNRESET)$/)
    expect(await step('c')).to.match(/^OUTPUT_GONE ./)
    await end()
  })

  it('gets one indented object after the other where it is to be pretty', async () => {
    const { step, stdout, end } = start('pipe', 'pretty')
    const out = stdout ? text(stdout) : ''
    expect(await step('{"a":1}', '{"b":{"c":2}}')).to.equal('ok')
    await end()
    expect(await out).to.equal('{\n  "a": 1\n}\n{\n  "b": {\n    "c": 2\n  }\n}\n')
  })
})

describe('output.console: what it declares', () => {
  it('goes by where standard output goes unless it is told how to write', () => {
    const config = convict(consoleOutput.schema).load({}).validate({ allowed: 'strict' })
    expect(config.getProperties()).to.deep.equal({ format: 'auto', pretty: false })
  })

  it('keeps the order of events and waits for a slow reader', () => {
    expect(consoleOutput.delivery).to.deep.equal({ ordered: true, timeout: 0 })
  })
})
