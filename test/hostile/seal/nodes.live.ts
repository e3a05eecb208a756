// `make live-nodes`: the attacks on every Node that an agent is tested with; LIVE_NODES names majors (`22,24`).
import { NODE_MAJORS, nodeBinary } from '../../nodes.ts'
import { describeAttacks } from './attacked-agent.ts'

const MAJORS = NODE_MAJORS.filter(major =>
  (process.env['LIVE_NODES'] ?? String(NODE_MAJORS)).split(',').includes(String(major)),
)

for (const major of MAJORS) {
  describe(`attacks on a sealed agent, Node ${major}`, function () {
    this.timeout(60_000)
    const node = nodeBinary(major)
    if (!node) throw new Error(`no Node ${major}: make nodes`)
    describeAttacks(node)
  })
}
