import {
  ARCHITECTURES,
  loadArchitecture,
  recordOf,
} from '../../lib/seccomp/architectures/architecture.ts'
import type { Recording } from '../record/recording.ts'
import { contradictions, gather } from './evidence.ts'
import { writeLiteral } from './literal.ts'
import { writeProvenance } from './provenance.ts'
import { writeWeights } from './weights.ts'
import { writePolicy } from './write.ts'

/** All generated files by path: policies (YAML for people, literals for the agent), weights, provenance. */
export async function makePolicies(
  recordings: readonly Recording[],
): Promise<ReadonlyMap<string, string>> {
  const evidence = gather(recordings)
  const wrong = contradictions(evidence)
  if (wrong.length > 0) throw new Error(wrong.join('\n'))
  const files = new Map([
    ['lib/seccomp/architectures/defaults/weights.ts', writeWeights(recordings)],
    ['lib/seccomp/architectures/defaults/provenance.ts', writeProvenance(recordings)],
  ])
  for (const name of ARCHITECTURES.filter(each => recordOf(each).policy)) {
    const { table } = await loadArchitecture(name)
    const path = `config/seccomp/${name}.yml`
    const policy = writePolicy({ ...table, architecture: name }, recordings, evidence)
    files.set(path, policy)
    files.set(`lib/seccomp/architectures/defaults/${name}.ts`, writeLiteral(path, policy))
  }
  return files
}
