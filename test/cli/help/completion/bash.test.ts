import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { INSTALLED_COMMANDS } from '../../../../lib/cli/commands.ts'
import { bashCompletion } from '../../../../lib/cli/help/completion/bash.ts'
import { needs } from '../../../packaging/programs.ts'

describe('completion in bash', () => {
  let folder: string
  before(function () {
    needs('bash').call(this)
    folder = mkdtempSync(join(tmpdir(), 'sealbeat-completion-'))
    writeFileSync(join(folder, 'web'), bashCompletion('web-agent', INSTALLED_COMMANDS))
    writeFileSync(join(folder, 'my file.yml'), '')
    mkdirSync(join(folder, 'my folder'))
  })
  after(() => rmSync(folder, { recursive: true }))

  /** The words offered while the last word is being typed; calls the function of `complete` as bash does. */
  function offered(...words: readonly string[]): readonly string[] {
    const script = `set -eu; source ./web
      compopt() { :; } # bash has it only while it completes
      set +eu; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
      complete -p web-agent >/dev/null && _web_agent web-agent "\${COMP_WORDS[COMP_CWORD]}"
      printf '%s\\n' "\${COMPREPLY[@]}"`
    const args = ['-c', script, 'bash', 'web-agent', ...words]
    const { stdout, stderr } = spawnSync('bash', args, { cwd: folder, encoding: 'utf8' })
    expect(stderr).to.equal('')
    return stdout.split('\n').filter(Boolean)
  }

  it('offers the commands of an installed agent', () => {
    expect(offered('')).to.deep.equal([
      ...[
        'run',
        'test',
        'export',
        'plugins',
        'setup',
        'sandbox',
        'queue',
        'dead-letter',
        'seccomp',
        'completion',
        'version',
      ],
    ])
    expect(offered('sec')).to.deep.equal(['seccomp'])
    expect(offered('test', '')).to.deep.equal(['config', 'pipeline', 'output'])
    expect(offered('export', '')).to.deep.equal(['config', 'schema'])
    expect(offered('new', '')).not.to.include('agent')
  })

  it('offers what follows seccomp', () => {
    const all = ['show', 'explain', 'export', 'record', 'check', 'import']
    expect(offered('seccomp', '')).to.deep.equal(all)
    expect(offered('seccomp', 'ex')).to.deep.equal(['explain', 'export'])
    expect(offered('-c', 'x.yml', '-e', 'seccomp', 'sh')).to.deep.equal(['show'])
  })

  it("offers options, the command's own and those of all", () => {
    expect(offered('seccomp', 'export', '--f')).to.deep.equal(['--format'])
    expect(offered('seccomp', 'explain', 'read', '--a')).to.deep.equal(['--args', '--arch'])
    expect(offered('seccomp', 'export', '--format', 'asm', '--a')).to.deep.equal(['--arch'])
    expect(offered('run', '--on')).to.deep.equal(['--once'])
    expect(offered('run', '--path.')).to.have.lengthOf(4)
    expect(offered('--strict')).to.deep.equal(['--strict.perms'])
  })

  it('offers files where one is wanted, whatever they are called, and nothing where a word is', () => {
    expect(offered('run', '-c', 'my')).to.have.members(['my file.yml', 'my folder'])
    expect(offered('--path.data', 'my fo')).to.deep.equal(['my folder'])
    expect(offered('test', 'pipeline', 'my')).to.have.members(['my file.yml', 'my folder'])
    expect(offered('seccomp', 'export', '--format', '')).to.deep.equal([])
  })
})
