// `make boot` ends machines, also those whose terminal has ended. Needs root.
import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { boot } from '../../lib/boot/machine.ts'
import { freshRoot } from '../../lib/boot/root.ts'
import { testRoot } from '../../tools/boot/root.ts'

/** Processes of a machine with this root, by their command. */
function processesOf(folder: string): readonly { pid: number; command: string }[] {
  return readdirSync('/proc').flatMap(name => {
    try {
      const isOurs = readFileSync(`/proc/${name}/environ`, 'utf8').includes(folder)
      const command = readFileSync(`/proc/${name}/comm`, 'utf8').trim()
      return /^\d+$/.test(name) && isOurs ? [{ pid: Number(name), command }] : []
    } catch {
      return []
    }
  })
}

describe('a booted machine', function () {
  this.timeout(120_000)

  it('is stopped though script(1) has ended before', async () => {
    const root = await testRoot()
    const machine = await boot(root)
    const script = processesOf(root.folder).find(({ command }) => command === 'script')
    process.kill(Number(script?.pid), 'SIGKILL')
    await machine.stop()
    expect(processesOf(root.folder)).to.deep.equal([])
    expect(readFileSync('/proc/self/mounts', 'utf8')).not.to.include(root.folder)
    root.remove()
  })

  it('says what nspawn says, and leaves nothing behind, where there is no system', async () => {
    const root = freshRoot('/missing')
    const said = await boot(root).catch(String)
    expect(said).to.match(/^AgentError: systemd-nspawn does not boot: mount: /s)
    expect(processesOf(root.folder)).to.deep.equal([])
    root.remove()
  })

  it('is given up in the middle of its boot', async () => {
    const root = await testRoot()
    const said = await boot(root, { signal: AbortSignal.timeout(200) }).catch(({ name }) => name)
    expect(said).to.equal('AbortError')
    expect(processesOf(root.folder)).to.deep.equal([])
    root.remove()
  })
})
