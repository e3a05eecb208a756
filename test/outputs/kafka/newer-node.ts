import { platformProblem, thisPlatform } from '../../../packages/kafka/src/platform.ts'
import { skip } from '../../live.ts'
import { nodeBinary } from '../../nodes.ts'

/** A Node that output.kafka runs on: this one, or one of `make nodes`. */
export function newerNode(): string | undefined {
  if (runsHere()) return process.execPath
  return nodeBinary(24) ?? nodeBinary(22)
}

export const NO_NEWER_NODE = 'no Node from 22.22 on, which output.kafka needs: make nodes'

/** For `before(needsNewerNode)`: skips where the client of Kafka does not run, and says so. */
export function needsNewerNode(this: Mocha.Context): void {
  if (!runsHere()) skip(this, `output.kafka needs Node 22.22, not ${process.versions.node}`)
}

export function runsHere(): boolean {
  return platformProblem(thisPlatform()) === undefined
}

/** The module of the output, for `type`. */
export const MODULE: string = new URL('../../../packages/kafka/src/index.js', import.meta.url)
  .pathname
