import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { COMMANDS, GLOBAL_OPTIONS, INSTALLED_COMMANDS } from '../../../../lib/cli/commands.ts'
import { completionFor } from '../../../../lib/cli/help/completion/shells.ts'
import { needs } from '../../../packaging/programs.ts'

/** Whatever is installed here, each text has every command and option with its words. */
describe('completions', () => {
  for (const [shell, make] of Object.entries(completionFor)) {
    it(`for ${shell} have every command and every option`, () => {
      const text = make('web', COMMANDS)
      for (const { words, summary, options } of COMMANDS) {
        expect(text).to.include(`'${words.join(' ')}`)
        if (shell !== 'bash') expect(text).to.include(summary.replaceAll("'", `'\\''`))
        for (const name of Object.keys({ ...options, ...GLOBAL_OPTIONS })) {
          expect(text).to.include(shell === 'fish' ? ` -l ${name} ` : `--${name}`)
        }
      }
    })

    it(`for ${shell} of an installed agent have nothing for authors`, () => {
      expect(make('web', INSTALLED_COMMANDS)).not.to.match(/\bnew\b/)
    })
  }
})

/** A folder with a file and a folder in it, and the completion of web-agent for this shell. */
function inFolder(shell: 'zsh' | 'fish', file: string) {
  let folder = ''
  before(function () {
    needs(shell).call(this)
    folder = mkdtempSync(join(tmpdir(), 'sealbeat-completion-'))
    writeFileSync(join(folder, file), completionFor[shell]('web-agent', INSTALLED_COMMANDS))
    writeFileSync(join(folder, 'my file.yml'), '')
    mkdirSync(join(folder, 'my folder'))
  })
  after(() => folder && rmSync(folder, { recursive: true }))
  return (args: readonly string[]) => {
    const env = { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder }
    const { stdout, stderr } = spawnSync(shell, args, { cwd: folder, env, encoding: 'utf8' })
    expect(stderr).to.equal('')
    return stdout.split('\n').filter(Boolean)
  }
}

describe('completion in fish', () => {
  const fish = inFolder('fish', 'web-agent.fish')
  const offered = (line: string) => {
    const script = `source web-agent.fish; complete -C ${JSON.stringify(`web-agent ${line}`)}`
    return fish(['--no-config', '-c', script]).map(each => each.split('\t')[0])
  }

  it('offers commands, the words that follow, options and files', () => {
    expect(offered('se')).to.have.members(['setup', 'seccomp'])
    expect(offered('test ')).to.have.members(['config', 'pipeline', 'output'])
    expect(offered('-c x.yml -e seccomp sh')).to.deep.equal(['show'])
    expect(offered('seccomp export --f')).to.deep.equal(['--format'])
    expect(offered('run --path.')).to.have.lengthOf(4)
    expect(offered('run -c my')).to.have.members(['my file.yml', 'my folder/'])
    expect(offered('test pipeline my')).to.have.members(['my file.yml', 'my folder/'])
    expect(offered('seccomp export --format ')).to.deep.equal([])
  })

  it('says what each is for', () => {
    const script = 'source web-agent.fish; complete -C "web-agent ver"'
    expect(fish(['--no-config', '-c', script])).to.deep.equal(['version\tprint the version'])
  })
})

describe('completion in zsh', () => {
  const zsh = inFolder('zsh', '_web-agent')
  /** What it hands to zsh, in place of the functions of zsh that show it. */
  const offered = (...words: readonly string[]) => {
    const script = `compdef() { :; }
      _files() { print -l -- FILES; }
      _describe() { [[ $1 == -o ]] && shift; print -rl -- "\${(@P)2}"; }
      source ./_web-agent
      words=(web-agent "$@"); CURRENT=$#words; _web-agent`
    return zsh(['-f', '-c', script, 'zsh', ...words])
  }
  const wordsOf = (lines: readonly string[]) => lines.map(line => line.split(':')[0])

  it('offers commands, the words that follow, options and files', () => {
    expect(wordsOf(offered(''))).to.include.members(['run', 'seccomp', 'completion', 'version'])
    expect(wordsOf(offered('test', ''))).to.deep.equal(['config', 'pipeline', 'output'])
    expect(wordsOf(offered('-c', 'x.yml', '-e', 'test', ''))).to.include('pipeline')
    expect(wordsOf(offered('seccomp', 'export', '-'))).to.include.members(['--format', '--config'])
    expect(wordsOf(offered('run', '-'))).not.to.include('--format')
    expect(offered('run', '-c', 'my')).to.deep.equal(['FILES'])
    expect(offered('test', 'pipeline', '')).to.deep.equal(['FILES'])
    expect(offered('seccomp', 'export', '--format', '')).to.deep.equal([])
  })

  it('says what each is for', () => {
    expect(offered('')).to.include('version:print the version')
  })

  it('is found by compinit under the name of its file', () => {
    const script =
      'fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -D; print $_comps[web-agent]'
    expect(zsh(['-f', '-c', script])).to.deep.equal(['_web-agent'])
  })
})
