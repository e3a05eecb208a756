import { type ForkOptions, fork, type StdioOptions, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { expect } from 'chai'
import type { Start } from '../../live.ts'
import {
  needsIsolation,
  needsLinux,
  programFile,
  runIsolated,
  runProgram,
  skip,
} from '../../live.ts'
import { NODE_MAJORS, nodeBinary } from '../../nodes.ts'

describe('restart', () => {
  before(needsLinux)

  for (const major of NODE_MAJORS) {
    describe(`Node ${major}`, () => {
      const node = nodeBinary(major) ?? ''
      const hasRing = major >= 22

      before(function () {
        if (!node) skip(this, `no .cache/node/${major}/bin/node`)
      })

      it('gets rid of io_uring, in the same process, and nothing else changes', () => {
        const { images, report } = restarted({ node, input: 'in put\n' })
        expectRestart(images, hasRing)
        expect(report).to.deep.include({
          outcome: hasRing ? 'restarted' : 'not-needed',
          again: 'not-needed',
          ring: false,
          stdin: 'in put\n',
          noNewPrivs: hasRing ? '1' : '0',
        })
        expect(report, 'children would see it').not.to.have.property('guard')
      })

      const starts: Readonly<Record<string, Start>> = {
        'odd arguments': { args: ['', 'b c', '--', '--x', 'ä', '-e'] },
        'options of Node': { execArgs: ['--no-warnings', '--max-old-space-size=200'] },
        NODE_OPTIONS: { env: { NODE_OPTIONS: '--no-deprecation', T_EMPTY: '' } },
        'UV_USE_IO_URING=0': { env: { UV_USE_IO_URING: '0' } },
        '--title': { execArgs: ['--title=renamed'] },
        'a --title that is the first word': { execArgs: [`--title=${node}`], args: ['a', 'b'] },
        'a guard of another process': { env: { SEALBEAT_RESTARTED: '1' } },
        no_new_privs: { through: ['setpriv', '--no-new-privs'] },
        'a low limit of open files': { through: ['sh', '-c', 'ulimit -Sn 100; exec "$@"', 'sh'] },
        'SIGHUP ignored': { through: ['nohup'] },
      }
      for (const [name, start] of Object.entries(starts)) {
        it(`keeps what there is with ${name}`, () => {
          const { images, report } = restarted({ node, ...start })
          expectRestart(images, hasRing)
          expect(report.ring).to.equal(false)
        })
      }

      it('finds the io_uring that UV_USE_IO_URING=1 brings, before Node 22 as well', () => {
        const { images, report } = restarted({ node, env: { UV_USE_IO_URING: '1' } })
        expectRestart(images, true)
        expect(report.ring).to.equal(false)
      })

      it("does not keep the debugger's socket, whose port the second image needs", () => {
        const { images, report } = restarted({ node, execArgs: ['--inspect=127.0.0.1:0'] })
        expectRestart(images, hasRing)
        expect(report.sockets).to.equal(1)
      })

      it('keeps descriptors that it was started with', () => {
        const through = ['sh', '-c', 'exec 7<"$0"; exec "$@"', programFile('restarted')]
        const { report } = restarted({ node, through, env: { T_FD: '7' } })
        expect(report.descriptor).to.include('Restarts itself')
      })

      for (const serialization of ['json', 'advanced'] as const) {
        it(`keeps the IPC channel to its parent (${serialization})`, async () => {
          const options: ForkOptions = { execPath: node, serialization, stdio: PIPED }
          const child = fork(programFile('restarted'), options)
          child.stdin?.end('in')
          const [report] = await once(child, 'message')
          expect(report).to.deep.include({ stdin: 'in', ring: false })
          await once(child, 'exit')
        })
      }

      it('gives up where an io_uring is open all the same', function () {
        if (!hasRing) skip(this, 'this Node opens no io_uring')
        const through = ['sh', '-c', 'export SEALBEAT_RESTARTED=$$; exec "$@"', 'sh']
        const { images, report } = restarted({ node, through })
        expect(images).to.have.length(1)
        expect(report.outcome).to.deep.include({ code: 'LOOP' })
        expect(report.again).to.deep.equal(report.outcome)
      })
    })
  }

  describe('with a Node that opens io_urings', () => {
    const node = [26, 24, 22].map(nodeBinary).find(Boolean) ?? ''

    before(function () {
      if (!node) skip(this, 'no Node from 22 on in .cache/node')
    })

    it('goes on, unchanged, where execve fails', function () {
      needsIsolation.call(this)
      const report = JSON.parse(runIsolated('unrestartable', { node }).stdout)
      expect(report.outcome).to.deep.equal({
        code: 'EACCES',
        reason: `${node} could not be started again without io_uring: EACCES`,
      })
      expect(report).to.deep.include({ closeOnExec: true })
      expect(report).not.to.have.property('guard')
    })

    it('refuses to do it from a worker', () => {
      const { stdout } = runProgram('restarted-worker', { node })
      expect(JSON.parse(stdout)).to.deep.include({ code: 'NOT_MAIN_THREAD' })
    })

    it('works for an ordinary user', function () {
      if (process.getuid?.() !== 0) skip(this, 'every other test here ran as an ordinary user')
      const through = [...ORDINARY, '--inh-caps=-all', '--bounding-set=-all']
      const { images, report } = restarted({ node, through })
      expectRestart(images, true)
      expect(report.outcome).to.equal('restarted')
    })

    it('keeps ambient capabilities', function () {
      if (process.getuid?.() !== 0) skip(this, 'needs root')
      const through = [...ORDINARY, '--inh-caps=+net_raw', '--ambient-caps=+net_raw']
      const { images } = restarted({ node, through })
      expectRestart(images, true)
      expect(images[0]?.state).to.deep.include({ ambient: '0000000000002000' })
    })

    it('keeps the capabilities that the file gives', function () {
      const folder = mkdtempSync(`${tmpdir()}/sealbeat-`)
      const copy = `${folder}/node`
      try {
        copyFileSync(node, copy)
        spawnSync('chmod', ['755', folder, copy])
        const { status } = spawnSync('setcap', ['cap_net_raw+ep', copy])
        if (status !== 0) skip(this, 'setcap is missing or refused')
        const { images } = restarted({ node: copy, through: ORDINARY })
        expectRestart(images, true)
        expect(images[0]?.state).to.deep.include({ permitted: '0000000000002000' })
      } finally {
        rmSync(folder, { recursive: true })
      }
    })
  })
})

const PIPED: StdioOptions = ['pipe', 'pipe', 'pipe', 'ipc']
const ORDINARY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']

/** What an image of test/programs/restarted.ts found when it started. */
interface Image {
  readonly ring: boolean
  readonly state: unknown
}

function restarted(start: Start): {
  images: readonly Image[]
  report: Readonly<Record<string, unknown>>
} {
  const { end, stdout, stderr } = runProgram('restarted', start)
  expect(end, stderr).to.equal(0)
  const lines = stderr.split('\n').filter(line => line.startsWith('{'))
  return { images: lines.map(line => JSON.parse(line)), report: JSON.parse(stdout) }
}

/** One image, or two that are alike but for the ring. */
function expectRestart(images: readonly Image[], hasRing: boolean): void {
  expect(images.map(({ ring }) => ring)).to.deep.equal(hasRing ? [true, false] : [false])
  expect(images.at(-1)?.state).to.deep.equal(images[0]?.state)
}
