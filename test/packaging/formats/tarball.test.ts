import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { expect } from 'chai'
import { isolation, needsIsolation, needsLinux } from '../../live.ts'
import { AgentFolder, NAME } from '../agent-folder.ts'
import { run } from '../programs.ts'
import { Unpacked } from '../unpacked.ts'

describe('the tarball', function () {
  this.timeout(90_000)

  for (const runtime of ['system', 'bundled']) {
    describe(`with the ${runtime} Node`, () => {
      let agent: AgentFolder
      let tarball: string
      let unpacked: Unpacked

      before(function () {
        needsLinux.call(this)
        agent = new AgentFolder()
        // Into the agent's own folder: packages that are already there are not part of it.
        const args = ['--format', 'tar', '--runtime', runtime, '-o', '.']
        tarball = agent.package(args)[0] ?? ''
        unpacked = new Unpacked(tarball)
      })
      after(() => {
        agent?.remove()
        unpacked?.remove()
      })

      it('is a folder of that name, with all that belongs to the agent', () => {
        expect(basename(tarball)).to.equal(`${NAME}-1.2.3-rc.1-linux-${process.arch}.tar.gz`)
        expect(basename(unpacked.folder)).to.equal(basename(tarball, '.tar.gz'))
        expect(statSync(unpacked.path(`${NAME}.yml`)).mode & 0o777).to.equal(0o600)
        for (const name of [
          'beats/own.js',
          `${NAME}.reference.yml`,
          'COPYRIGHT',
          'notes of mine.txt',
        ]) {
          expect(existsSync(unpacked.path(name)), name).to.equal(true)
        }
        expect(existsSync(unpacked.path('bin/node'))).to.equal(runtime === 'bundled')
      })

      it('runs where it lies, sealed, with its data inside', async () => {
        const { code, events, log, services, seccomp } = await unpacked.run()
        expect(code).to.equal(0)
        expect(services).to.deep.equal([NAME])
        expect(log).to.include('Syscall filter successfully installed').and.to.include('Stopped')
        expect(seccomp.length).to.be.above(5)
        expect(new Set(seccomp)).to.deep.equal(new Set(['2']))
        expect(events.map(({ message }) => message)).to.include('well')
        expect(existsSync(unpacked.path('data/meta.json'))).to.equal(true)
      })

      it('has its log inside, where that goes to files', async () => {
        await unpacked.run([], ['-E', 'logging.to_files=true'])
        expect(run('grep', ['-rl', 'successfully installed', unpacked.path('logs')])).not.to.equal(
          '',
        )
      })

      it('is made again as it was, for all that lies beside it by then', () => {
        const before = readFileSync(tarball)
        agent.package(['--format', 'tar', '--runtime', runtime, '-o', '.'])
        expect(readFileSync(tarball).equals(before)).to.equal(true)
      })
    })
  }

  it('tries itself, and is recorded, with what is in it', function () {
    needsIsolation.call(this)
    const agent = new AgentFolder()
    const unpacked = new Unpacked(
      agent.package(['--format', 'tar', '--runtime', 'system'])[0] ?? '',
    )
    const elsewhere = mkdtempSync(join(tmpdir(), 'elsewhere-'))
    const command = (...args: readonly string[]) => {
      const [program = '', ...more] = [...isolation(), unpacked.path(NAME), ...args]
      return spawnSync(program, more, { cwd: elsewhere, encoding: 'utf8' })
    }
    try {
      const check = command('sandbox', 'check', '--for', '100ms')
      expect(check.stdout).to.match(/^ok {7}trial: the agent published \d+ events and stopped/m)
      expect(check.status, check.stderr).to.equal(0)
      const record = command('seccomp', 'record', '--for', '1s', '--', 'run')
      // Where nothing can be recorded, the reason is of this machine.
      const recorded = /^recorded \d+ calls, \d+ names behind the filter/m
      expect(record.stderr).to.match(record.status === 0 ? recorded : /^Exiting: can't record/m)
      // Its data is beside the agent.
      expect(readdirSync(elsewhere)).to.deep.equal([])
    } finally {
      rmSync(elsewhere, { recursive: true })
      agent.remove()
      unpacked.remove()
    }
  })
})
