import { join } from 'node:path'
import type { AgentPackage } from '../agent-package.ts'
import { runLongTool } from './tool.ts'
import { stage } from './tree.ts'

/** Makes a tarball that runs wherever it is unpacked, below `work`; returns its path. */
export async function buildTarball(
  agent: AgentPackage,
  work: string,
  signal: AbortSignal,
): Promise<string> {
  const { manifest, portable, arch, epoch } = agent
  const name = `${manifest.name}-${manifest.version}-linux-${arch}`
  stage(portable, join(work, 'tar', name), epoch)
  const target = join(work, `${name}.tar.gz`)
  const reproducible = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu']
  // Without -n, gzip would store the time.
  const args = [...reproducible, '--use-compress-program=gzip -n6', '-cf', target, name]
  await runLongTool('tar', args, { cwd: join(work, 'tar'), signal })
  return target
}
