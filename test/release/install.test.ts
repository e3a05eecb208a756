import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { addonFile, prebuiltName } from '../../lib/addon.ts'
import { needsLinux } from '../live.ts'

/** Takes the place of npm's, and leaves a file as evidence that it ran. */
const NODE_GYP = '#!/bin/sh\n[ "$1" = rebuild ] && echo "$PWD" >built\n'

describe('addon/install.mjs', () => {
  let folder: string
  before(needsLinux)
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sealbeat-install-'))
    put('addon/install.mjs', 'addon/install.mjs')
    mkdirSync(join(folder, 'bin'))
    writeFileSync(join(folder, 'bin/node-gyp'), NODE_GYP, { mode: 0o755 })
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  function put(name: string, source: string): void {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    copyFileSync(source, join(folder, name))
  }

  /** Runs the script; returns whether it has built the addon. */
  function install(): boolean {
    const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env['PATH']}` }
    const { status, stderr } = spawnSync(process.execPath, [join(folder, 'addon/install.mjs')], {
      env,
      encoding: 'utf8',
    })
    expect(status, stderr).to.equal(0)
    return existsSync(join(folder, 'built'))
  }

  it('builds nothing where a prebuilt addon loads', () => {
    put(prebuiltName(), addonFile('sealbeat'))
    expect(install()).to.equal(false)
  })

  it('builds where none is', () => {
    expect(install()).to.equal(true)
  })

  it('builds where the prebuilt one does not load', () => {
    put(prebuiltName(), 'package.json')
    expect(install()).to.equal(true)
  })

  it('builds where what was built here does not load, which the agent would take', () => {
    put(prebuiltName(), addonFile('sealbeat'))
    put('build/Release/sealbeat.node', 'package.json')
    expect(install()).to.equal(true)
  })

  it('says that it has failed where the building has', () => {
    writeFileSync(join(folder, 'bin/node-gyp'), '#!/bin/sh\nexit 3\n', { mode: 0o755 })
    expect(install).to.throw('expected 3 to equal +0')
  })
})
