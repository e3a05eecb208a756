import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { packageRoot } from '../../own-package.ts'

interface SandboxedOptions {
  /** The output's compiled module. */
  readonly module: string | URL
  readonly config: Readonly<Record<string, unknown>>
  readonly timeoutMs: number
}

/** Starting an agent and loading its plugins takes this long on a slow machine. */
const START_MS = 30_000

/** Publishes a few batches, says how each has ended, and returns, which ends the agent. */
const BEAT = `export default {
  name: 'probe',
  schema: {},
  async run({ publish, log }) {
    for (const size of [1, 5, 500]) {
      const message = 'event ü.'
      const receipt = await publish(Array.from({ length: size }, () => ({ message })))
      log.info({ counts: await receipt.confirmed }, 'Probe published')
    }
  },
}
`

/**
 * Runs the output in an agent of its own, a child process under the filter that the output would have: the
 * default policy and the system calls that it declares. Denied calls are found by their name, even if the
 * output copes with the error. Other systems than Linux have no filter: there is nothing to check.
 */
export async function checkSandboxed(options: SandboxedOptions): Promise<readonly string[]> {
  if (process.platform !== 'linux') return []
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-sandboxed-'))
  try {
    const files = { 'package.json': '{ "type": "module" }', 'probe.js': BEAT }
    const beatYml = { 'beat.yml': JSON.stringify(configurationOf(options)) }
    for (const [name, content] of Object.entries({ ...files, ...beatYml })) {
      writeFileSync(join(folder, name), content)
    }
    return await findingsOf(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** JSON is YAML. */
function configurationOf({ module, config, timeoutMs }: SandboxedOptions) {
  const path = String(module).startsWith('file:') ? fileURLToPath(module) : String(module)
  const delivery = { 'backoff.init': '10ms', max_retries: 2, timeout: `${timeoutMs}ms` }
  return {
    beats: [{ type: './probe.js' }],
    output: { checked: { ...config, type: path, ...delivery } },
    seccomp: { required: true, diagnose: true },
  }
}

async function findingsOf(folder: string): Promise<readonly string[]> {
  const main = fileURLToPath(new URL('dist/bundle/main.js', packageRoot()))
  // What a compiler writes may be writable by others, as the umask has it, until it is installed.
  const agent = spawn(process.execPath, [main, 'run', '--strict.perms=false'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const { code, stderr } = await ended(agent)
  const lines = linesOf(stderr)
  const denied = lines
    .filter(line => line.get('message') === 'Seccomp denied')
    .map(line => `calls ${String(Object(line.get('syscall')).name)}, which the filter denies`)
  const lost = lines.filter(line => Object(line.get('counts')).rejected > 0)
  const failed = lines.find(line => line.get('message') === 'Output failed')
  const hint = failed?.get('hint')
  const remedy = hint === undefined ? '' : ` (${String(hint)})`
  const why = failed === undefined ? '' : `: ${String(failed.get('error.message'))}${remedy}`
  const found = [...new Set(denied), ...(lost.length > 0 ? [`confirms nothing${why}`] : [])]
  const end = code === null ? `does not end within ${START_MS} ms` : `ends with ${code}`
  const said = code === 0 ? [] : [`the agent ${end}: ${lastOf(stderr)}`]
  return [...found, ...said].map(finding => `under the filter: ${finding}`)
}

async function ended(agent: ChildProcess): Promise<{ code: number | null; stderr: string }> {
  const timer = setTimeout(() => agent.kill('SIGKILL'), START_MS)
  try {
    const said = agent.stderr === null ? '' : text(agent.stderr)
    const [code]: [number | null] = await once(agent, 'close').then(([first]) => [first])
    return { code, stderr: await said }
  } finally {
    clearTimeout(timer)
  }
}

function linesOf(stderr: string): readonly ReadonlyMap<string, unknown>[] {
  const lines = stderr.split('\n').filter(line => line.startsWith('{') && line.endsWith('}'))
  return lines.map(line => new Map(Object.entries(JSON.parse(line))))
}

function lastOf(stderr: string): string {
  return stderr.trimEnd().split('\n').at(-1) ?? ''
}
