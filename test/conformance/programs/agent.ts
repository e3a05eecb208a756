// `sealbeat run -c FILE` without the check of Node's version: some architectures have only an older Node 20.
import { runAgent } from '../../../lib/agent/agent.ts'
import { configure } from '../../../lib/agent/configure.ts'
import { restartEarly } from '../../../lib/cli/early/restart.ts'
import { readDocument } from '../../../lib/config/source/document.ts'

const source = { files: process.argv.slice(2), overrides: [], env: process.env }
const restart = await restartEarly(source)
process.exit(await runAgent(async running => configure(readDocument(source), running), { restart }))
