// The cost of a collection of the host beat, compared to that of an old commit.
import { BASELINE, baselineFolder } from '../tools/baseline.ts'
import { programFile, ROOT, runToEnd } from './child.ts'
import { compared, printTable } from './table.ts'

const ROUNDS = 7
const PROCESSES = 1000
const MOUNTS = 200

interface Collection {
  readonly ms: number
  readonly events: number
}

/** Processor time of a tick with many processes and mounts, in namespaces of their own. Needs root. */
export async function benchHost(): Promise<void> {
  if (process.getuid?.() !== 0) {
    console.log('\n## A collection of the host beat: skipped, needs root')
    return
  }
  const { before, now } = measured(baselineFolder())
  const per = (samples: readonly Collection[]) => samples.map(({ ms }) => ms)
  const events = now[0]?.events
  printTable(
    `A collection of the host beat, ${PROCESSES} processes, ${MOUNTS} mounts, ${events} events, ${ROUNDS} of each in turns`,
    compared(
      'ms',
      [
        [BASELINE, per(before)],
        ['now', per(now)],
      ],
      1,
    ),
  )
}

/** Both sides run on the same processes and mounts, which end with the shell. */
function measured(baseline: string): Record<'before' | 'now', readonly Collection[]> {
  const place = '/run'
  const turns = Array.from({ length: ROUNDS }, (_, round) => {
    const sides = [`before ${baseline}`, `now ${ROOT}`]
    return round % 2 === 0 ? sides : sides.toReversed()
  }).flat()
  const script = `set -e
    mount -t tmpfs bench ${place}
    for at in $(seq ${MOUNTS}); do
      mkdir ${place}/$at; mount -t tmpfs bench ${place}/$at
    done
    for at in $(seq ${PROCESSES}); do sleep 1000 & done
    while read -r side folder; do
      sample=$(${process.execPath} ${programFile('collection')} "$folder")
      echo "$side $sample"
    done <<'EOF'\n${turns.join('\n')}\nEOF
  `
  const unshare = ['unshare', '--fork', '--kill-child', '--pid', '--mount', '--mount-proc']
  const { stdout } = runToEnd([...unshare, 'sh', '-c', script])
  const samples = (side: string): readonly Collection[] =>
    Array.from(stdout.matchAll(new RegExp(`^${side} (.*)$`, 'gm')), ([, text = '']) =>
      JSON.parse(text),
    )
  return { before: samples('before'), now: samples('now') }
}
