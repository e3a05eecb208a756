// `make boot` runs the commands of README and docs/operations.md as written, on an agent of the template. Needs root.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Machine } from '../../lib/boot/machine.ts'
import { blocksOf, ROOT } from '../docs/page.ts'
import { bootedWith } from './booted-with.ts'

/** The packages of an agent that `sealbeat new agent web` makes, as the operator has got them. */
function packagesOfTemplate(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-template-'))
  const program = join(ROOT, 'dist/bundle/main.js')
  const runs = (where: string, command: string, ...args: readonly string[]) => {
    const { status, stderr } = spawnSync(command, args, { cwd: where, encoding: 'utf8' })
    if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
  }
  runs(folder, process.execPath, program, 'new', 'agent', 'web', '--from', ROOT)
  const agent = join(folder, 'web')
  runs(agent, 'npm', 'install', '--ignore-scripts', '--offline')
  const file = join(agent, 'package.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8'))
  for (const version of ['0.1.0', '0.2.0']) {
    const author = 'Jo Maintainer <jo@example.org>'
    writeFileSync(file, JSON.stringify({ ...manifest, version, author }), { mode: 0o644 })
    const output = join(folder, 'packages')
    runs(agent, process.execPath, program, 'package', '--format', 'deb', '--output', output)
  }
  return join(folder, 'packages')
}

/** What holds after a command, beyond its exit code. */
const AFTER: Readonly<Record<string, (machine: Machine) => void>> = {
  // As an operator would write it there; the line about the metrics then comes soon.
  'apt-get install -y ./web_0.1.0-1_amd64.deb': ({ run }) => {
    run(`grep -q ^logging /etc/web/web.yml || echo 'logging.metrics.period: 1s' >>/etc/web/web.yml`)
  },
  'systemctl restart web': ({ run }) => {
    const find = "journalctl -u web -o cat -g 'Non-zero metrics in the last 1s'"
    run(`for i in $(seq 100); do ${find} && exit 0; sleep 0.2; done; exit 1`)
  },
  'systemctl enable --now web': ({ run }) => {
    expect(run('systemctl show --property=StatusText --value web')).to.match(/^sandboxed \(/)
    run(
      'for i in $(seq 100); do test -s /var/lib/web/events/events.ndjson && break; sleep 0.2; done',
    )
    expect(run('head -1 /var/lib/web/events/events.ndjson')).to.include('"@timestamp"')
    expect(run('journalctl -u web -o cat')).not.to.include('"ecs"')
  },
  // Stopped, before anything is restored: as many have arrived as were confirmed.
  'tar -C / -czf web-backup.tar.gz etc/web var/lib/web': ({ run }) => {
    const acked = run(`journalctl -u web -o cat -g '"Stopped"'`)
      .split('\n')
      .flatMap(line => (line.startsWith('{') ? [Number(JSON.parse(line).events?.acked ?? 0)] : []))
    const arrived = Number(run('cat /var/lib/web/events/*.ndjson* | wc -l'))
    expect(arrived).to.equal(acked.reduce((sum, each) => sum + each, 0))
  },
  'tar -C / -xzf web-backup.tar.gz': ({ run }) => {
    expect(run('cat /var/lib/web/meta.json')).to.include('uuid')
  },
  'apt-get purge -y web': ({ attempt }) => {
    expect(attempt('test -e /var/lib/web || test -e /etc/web').code).to.equal(1)
  },
}

describe('README and docs/operations.md: an agent of the template', function () {
  this.timeout(120_000)
  let machine: Machine
  bootedWith(
    () => [packagesOfTemplate()],
    booted => {
      machine = booted
    },
  )

  const blocks = blocksOf('sh').filter(({ note }) => note === 'host')
  for (const { place, text } of blocks) {
    for (const line of text.trimEnd().split('\n')) {
      it(`${place}: ${line}`, () => {
        const { code, text: said } = machine.attempt(`cd /packages && ${line}`)
        expect(code, said).to.equal(0)
        AFTER[line]?.(machine)
      })
    }
  }
})
