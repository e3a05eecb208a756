import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { loadArchitecture } from '../../../lib/seccomp/architectures/architecture.ts'
import { compile } from '../../../lib/seccomp/compiler/compile.ts'
import { type ExportFormat, exportPolicy } from '../../../lib/seccomp/export/formats.ts'
import { loadPolicy } from '../../../lib/seccomp/policy/layers.ts'
import { merge } from '../../../lib/seccomp/policy/merge.ts'
import { beatSource, Workplace } from '../../cli/workplace.ts'
import { isolation, needsIsolation, programFile, skip } from '../../live.ts'
import { BLACKLIST, policy } from '../policy/policies.ts'

async function defaultPolicy() {
  const found = await loadPolicy('amd64', { mode: 'extend', policy: undefined }, { needs: [] })
  if (!found) throw new Error('no default policy')
  return found
}

async function blacklist() {
  return merge(await loadArchitecture('amd64'), [policy(BLACKLIST)])
}

function text(format: ExportFormat, effective: Awaited<ReturnType<typeof blacklist>>): string {
  return exportPolicy(format, effective, compile(effective)).content.toString()
}

function namesIn(dropIn: string): readonly string[] {
  const lines = dropIn.matchAll(/^SystemCallFilter=~?(.*)$/gm)
  return [...lines].flatMap(([, words = '']) => words.split(' '))
}

describe('seccomp export: for other programs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-export-'))
  after(() => rmSync(folder, { recursive: true }))

  describe('systemd', () => {
    it('allows what the agent may call, and what it needs before its own filter', async () => {
      const dropIn = text('systemd', await defaultPolicy())
      const names = namesIn(dropIn)
      expect(names).to.include.members(['read', 'execve', 'seccomp', 'clone3', 'socket'])
      expect(names).to.not.include.members(['ptrace', 'mount', 'bpf', 'execveat'])
      expect(names, 'no second start for its sake').to.not.include('io_uring_setup')
      expect(dropIn).to.contain('SystemCallErrorNumber=EPERM\n')
      expect(dropIn).to.match(/^# Only the agent checks the arguments of: .*\bsocket\b/m)
    })

    it('denies by name what a blacklist denies, but for what the start needs', async () => {
      const dropIn = text('systemd', await blacklist())
      expect(dropIn).to.contain('SystemCallFilter=~fork:EPERM vfork:EPERM execveat:EPERM\n')
      expect(dropIn).to.contain('so only the agent denies: execve.\n')
    })

    it('is what systemd understands', async function () {
      if (spawnSync('systemd-analyze', ['--version']).status !== 0) skip(this, 'no systemd-analyze')
      for (const effective of [await defaultPolicy(), await blacklist()]) {
        const unit = join(folder, 'agent.service')
        const service = text('systemd', effective).replace(
          '[Service]\n',
          '[Service]\nExecStart=/bin/true\n',
        )
        writeFileSync(unit, service)
        const { status, stderr } = spawnSync('systemd-analyze', ['verify', unit], {
          encoding: 'utf8',
        })
        const ours = stderr.split('\n').filter(line => line.includes('agent.service'))
        // systemd skips a name that is newer than itself, with a warning.
        expect(ours.filter(line => !line.includes('Failed to parse syscall'))).to.deep.equal([])
        expect(status).to.equal(0)
      }
    })

    it('live: the agent starts, seals itself and works under it', async function () {
      needsIsolation.call(this)
      if (process.arch !== 'x64') skip(this, 'the program is for amd64')
      const place = new Workplace({
        'once.js': beatSource('await context.publish({ message: context.settings.word })'),
        'beat.yml': 'beats: [{ type: ./once.js }]\noutput.console: {}\n',
      })
      const names = namesIn(text('systemd', await defaultPolicy())).join(',')
      const under = [process.execPath, programFile('under-names'), names]
      const { code, stdout, stderr, log } = await place
        .startThrough([...isolation(), ...under], 'run')
        .ended()
      place.remove()
      expect(
        log.map(({ message }) => message),
        stderr,
      ).to.include('Syscall filter successfully installed')
      expect(stdout).to.contain('hello')
      expect(code).to.equal(0)
    })
  })

  it('c: a header whose bytes are those of the program', async function () {
    const effective = await defaultPolicy()
    writeFileSync(join(folder, 'filter.h'), text('c', effective))
    writeFileSync(
      join(folder, 'main.c'),
      `#include <stdio.h>
#include "filter.h"
int main(void) { return fwrite(sealbeat_filter, sizeof *sealbeat_filter, SEALBEAT_FILTER_LENGTH, stdout)
  != SEALBEAT_FILTER_LENGTH; }
`,
    )
    const args = ['-Wall', '-Wextra', '-Werror', '-o', 'main', 'main.c']
    const compiled = spawnSync('cc', args, { cwd: folder, encoding: 'utf8' })
    if (compiled.error) return skip(this, 'no C compiler')
    expect(compiled.stderr).to.equal('')
    const { stdout } = spawnSync(join(folder, 'main'))
    const { content } = exportPolicy('bpf', effective, compile(effective))
    expect(Buffer.compare(stdout, Buffer.from(content))).to.equal(0)
  })
})
