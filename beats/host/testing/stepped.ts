// A program for live tests: runs a command of a shell before each sample of a metricset, on this host, and prints what
// each command has said and the events of each sample.
import { execFileSync } from 'node:child_process'
import { hostFiles } from '../host-files.ts'
import { type MetricsetName, metricsets } from '../metricsets/all.ts'
import { processReader } from '../processes/read.ts'
import { heeded } from './tree.ts'

const [name, ...commands] = process.argv.slice(2)
const files = hostFiles('/')
const processes = processReader(files)
const collect = metricsets[name as MetricsetName]({
  files,
  processes: processes.read,
  top: { by_cpu: 20, by_memory: 20 },
  ...heeded(),
  ignoredTypes: null,
  trouble: Object.assign(() => undefined, { forget: () => undefined }),
})
const samples: object[] = []
for (const command of commands) {
  const said = execFileSync('sh', ['-c', command], { encoding: 'utf8' })
  samples.push({ said, events: await collect(new AbortController().signal, { command }) })
}
await processes.close()
console.log(JSON.stringify(samples))
