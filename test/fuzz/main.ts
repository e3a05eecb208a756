// `make fuzz`: tries FUZZ inputs (a million) for each part, the same ones for the same SEED.
import { compilerTarget } from './compiler.ts'
import { fuzz, type Target } from './fuzz.ts'
import { processorsTarget } from './processors.ts'
import { profileTarget } from './profile.ts'
import { regexTarget } from './regex.ts'
import { sectionTarget } from './section.ts'
import { SIMULATOR } from './simulator.ts'

const runs = Number(process.env['FUZZ'] ?? 1_000_000)
const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31)
console.log(`FUZZ=${runs} SEED=${seed}`)
run(SIMULATOR)
run(await sectionTarget())
run(await profileTarget())
run(await compilerTarget())
run(await processorsTarget())
run(regexTarget())

function run<T>(target: Target<T>): void {
  const start = performance.now()
  const { name, inputs, accepted, slowestMs, failure } = fuzz(target, runs, seed)
  const seconds = ((performance.now() - start) / 1000).toFixed(0)
  console.log(
    `${name}: ${inputs} inputs in ${seconds} s, ${accepted} accepted, slowest ${slowestMs.toFixed(1)} ms`,
  )
  if (failure === undefined) return
  console.log(failure)
  process.exitCode = 1
}
