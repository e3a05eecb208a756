// Measures the seccomp stage in a fresh process, as at a start: milliseconds for each part.
import { endianness } from 'node:os'
import { loadAddon } from '../../lib/addon.ts'
import { architectureOf } from '../../lib/seccomp/architectures/architecture.ts'
import { WEIGHTS } from '../../lib/seccomp/architectures/defaults/weights.ts'
import { compile } from '../../lib/seccomp/compiler/compile.ts'
import { encode } from '../../lib/seccomp/compiler/program.ts'
import { installProgram } from '../../lib/seccomp/kernel/kernel.ts'
import { loadPolicy } from '../../lib/seccomp/policy/layers.ts'

const name = architectureOf(process.arch, endianness())
if (!name) throw new Error(`no policy for ${process.arch}`)
const start = performance.now()
const policy = await loadPolicy(
  name,
  { mode: 'extend', policy: undefined },
  { needs: [] },
  process.pid,
)
if (!policy) throw new Error(`no policy for ${name}`)
const merged = performance.now()
const program = compile(policy, WEIGHTS)
const bytes = encode(program, policy.architecture.endian)
const encoded = performance.now()
loadAddon()
const loaded = performance.now()
const result = installProgram(bytes, { log: true })
const installed = performance.now()
if (result.error) throw new Error(result.error)
console.log(
  JSON.stringify({
    merge: merged - start,
    compile: encoded - merged,
    addon: loaded - encoded,
    install: installed - loaded,
  }),
)
