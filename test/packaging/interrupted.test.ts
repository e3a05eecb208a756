import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { ROOT } from '../docs/page.ts'
import { needsLinux } from '../live.ts'
import { AgentFolder } from './agent-folder.ts'

/** Packs as long as it is let: in the place of tar, of which it prints the version, too. */
const SLOW_TAR = '#!/bin/sh\n[ "$1" = --version ] || exec sleep 60\n'

describe('sealbeat package, interrupted', () => {
  let agent: AgentFolder
  before(needsLinux)
  beforeEach(() => (agent = new AgentFolder()))
  afterEach(() => agent.remove())

  it('has said what takes so long, ends by the signal, and leaves nothing behind', async () => {
    agent.write({ 'programs/tar': SLOW_TAR })
    chmodSync(agent.path('programs/tar'), 0o755)
    mkdirSync(agent.path('temporary'))
    writeFileSync(agent.path('temporary/other'), '')
    const { PATH } = process.env
    const args = ['package', '--format', 'tar', '--runtime', 'system']
    const child = spawn(process.execPath, [join(ROOT, 'dist/bundle/main.js'), ...args], {
      cwd: agent.folder,
      env: {
        ...process.env,
        PATH: `${agent.path('programs')}:${PATH}`,
        TMPDIR: agent.path('temporary'),
      },
    })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', text => {
      said += text
      if (said.includes('Packing: tar …\n')) child.kill('SIGINT')
    })
    const [code, signal] = await once(child, 'close')
    expect([code, signal], said).to.deep.equal([null, 'SIGINT'])
    expect(said).to.match(/^([^\n]+ …\n)+$/)
    expect(readdirSync(agent.path('temporary'))).to.deep.equal(['other'])
    expect(readdirSync(agent.path('packages'))).to.deep.equal([])
  })
})
