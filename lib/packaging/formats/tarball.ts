import { join } from 'node:path'
import type { AgentPackage } from '../agent-package.ts'
import { runTool } from './tool.ts'
import { stage } from './tree.ts'

/** Makes a tarball that runs wherever it is unpacked. Writes it into `output` and returns its path. */
export function buildTarball(agent: AgentPackage, work: string, output: string): string {
  const { manifest, portable, arch, epoch } = agent
  const name = `${manifest.name}-${manifest.version}-linux-${arch}`
  stage(portable, join(work, 'tar', name), epoch)
  const target = join(output, `${name}.tar.gz`)
  const reproducible = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu']
  // Without -n, gzip would store the time.
  const args = [...reproducible, '--use-compress-program=gzip -n6', '-cf', target, name]
  runTool('tar', args, { cwd: join(work, 'tar') })
  return target
}
